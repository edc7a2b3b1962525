import type { Socket } from 'node:net';
import type { TlsMaterial } from '../../../base/tls-material.ts';
import type { EmailSection } from './email-section.ts';
import type { Mail } from './mail.ts';
import { MailFailure, failureOf } from './mail-failure.ts';
import type { NodemailerPackage } from './nodemailer.ts';
import { connectSmtp } from './smtp-socket.ts';

/** What became of a mail that the server has taken. */
export interface Sent {
  readonly messageId: string;
  /** Addresses that the server refused; the others get the mail. */
  readonly refused: readonly string[];
}

/** A mail may take so many times `timeout_ms`, which is for each step of it. */
const STEPS = 6;

/** Hands mails to one server, each on a connection of its own. */
export class Mailer {
  /** For people. */
  readonly address: string;
  readonly #transport: ReturnType<typeof createTransport>;
  readonly #section: EmailSection;
  readonly #tls: TlsMaterial;
  #sending = new AbortController();
  #socket: Socket | undefined;

  constructor(nodemailer: NodemailerPackage, section: EmailSection, tls: TlsMaterial) {
    this.address = `${section.host}:${section.port}`;
    this.#section = section;
    this.#tls = tls;
    this.#transport = createTransport(nodemailer, section, tls, () => this.#connect());
  }

  /**
   * Sends a mail; one at a time.
   *
   * @throws MailFailure (as a rejection), without a secret
   */
  async send(mail: Mail): Promise<Sent> {
    const { from, to, timeout_ms } = this.#section;
    const { references, ...rest } = mail;
    const { signal } = (this.#sending = new AbortController());
    const late = new MailFailure('unreachable', 'the server is too slow', 'it is tried again');
    const timer = setTimeout(() => this.#sending.abort(late), STEPS * timeout_ms).unref();
    try {
      const info = await Promise.race([
        this.#transport.sendMail({ from, to, ...rest, ...(references && { references: [...references] }) }),
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as MailFailure));
        }),
      ]);
      // what is written shall get out
      this.#socket?.destroySoon();
      return { messageId: info.messageId, refused: info.rejected.map((address) => textOf(address)) };
    } catch (error) {
      this.#socket?.destroy();
      throw failureOf(error, this.#section);
    } finally {
      clearTimeout(timer);
      this.#socket = undefined;
    }
  }

  /** Gives up what is under way. */
  abort(): void {
    this.#sending.abort(new MailFailure('aborted', 'given up', ''));
  }

  async #connect(): Promise<Socket> {
    const { host, port, secure, timeout_ms } = this.#section;
    const { signal } = this.#sending;
    const socket = await connectSmtp({ host, port, secure, tls: this.#tls, timeoutMs: timeout_ms, signal });
    if (signal.aborted) socket.destroy();
    else this.#socket = socket;
    return socket;
  }
}

function createTransport(
  nodemailer: NodemailerPackage,
  { host, port, secure, require_tls, username, password, timeout_ms }: EmailSection,
  tls: TlsMaterial,
  connect: () => Promise<Socket>,
) {
  return nodemailer.createTransport({
    host,
    port,
    secure,
    requireTLS: require_tls,
    ...(username !== undefined && { auth: { user: username, pass: password ?? '' } }),
    tls,
    connectionTimeout: timeout_ms,
    greetingTimeout: timeout_ms,
    // a server may think long before it takes a mail; the whole is bounded too
    socketTimeout: STEPS * timeout_ms,
    // nothing in a mail is a file or an address to read
    disableFileAccess: true,
    disableUrlAccess: true,
    // nodemailer's own socket would keep the process alive
    getSocket: (_, callback) => {
      connect().then(
        (connection) => callback(null, { connection, secured: secure }),
        (error: unknown) => callback(error as Error, undefined),
      );
    },
  });
}

function textOf(address: string | { readonly address: string }): string {
  return typeof address === 'string' ? address : address.address;
}
