import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { cert, key } from '../conformance/harness/certificate.cjs';
import { closeLater } from './leftovers.ts';
import { waitFor } from './wait-for.ts';

/** A mail that a sink got, with how it came. */
export interface SunkMail extends ParsedMail {
  readonly recipients: readonly string[];
  readonly isSecure: boolean;
  readonly user: string | undefined;
}

/** An error of SMTP, to be handed to the callbacks of the server. */
export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** A real SMTP server on loopback that keeps the mails it is sent. It goes with the test's leftovers. */
export class SmtpSink {
  readonly mails: SunkMail[] = [];
  /** Connections that were made to it. */
  connections = 0;
  readonly port: number;
  readonly #options: SMTPServerOptions;
  #server: SMTPServer | undefined;

  private constructor(port: number, options: SMTPServerOptions) {
    this.port = port;
    this.#options = options;
  }

  /** Without options: no TLS and no authentication. */
  static async start(options: SMTPServerOptions = {}): Promise<SmtpSink> {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const sink = new SmtpSink(port, options);
    await sink.up();
    closeLater(() => sink.down());
    return sink;
  }

  /** Listens, again where it was down. */
  async up(): Promise<void> {
    const server = new SMTPServer({
      key,
      cert,
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 100,
      onConnect: (_, callback) => {
        this.connections += 1;
        callback();
      },
      onData: (stream, session, callback) => {
        simpleParser(stream).then((mail) => {
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          this.mails.push(Object.assign(mail, { recipients, isSecure: session.secure, user: session.user }));
          callback();
        }, callback);
      },
      ...this.#options,
    });
    // what clients do wrong
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(resolve));
  }

  /** The mail of this number, from 1, once it is there. */
  async mail(number: number): Promise<SunkMail> {
    await waitFor(`mail ${number}`, () => this.mails.length >= number);
    return this.mails[number - 1]!;
  }
}

/** A server that only listens, and does with a connection what it is told. */
export async function startRawServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}
