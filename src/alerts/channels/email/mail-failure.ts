import { textOf } from '../../../base/errors.ts';
import { oneLine } from '../../../base/one-line.ts';
import type { EmailSection } from './email-section.ts';

const SETTINGS = 'alerts.channels.email';

/** What stood in the way of a mail. */
export type MailFailureKind =
  /** No server, no answer, an answer that says "later": tried again soon. */
  | 'unreachable'
  /** No TLS as it is asked for: tried again soon. */
  | 'tls'
  /** Wrong user or password: tried again seldom, for servers lock out who insists. */
  | 'credentials'
  /** The server will not have mails of this sender, or for these recipients: tried again seldom. */
  | 'refused'
  /** The server will not have this very mail: given up. */
  | 'rejected'
  /** We gave up. */
  | 'aborted';

/** A mail did not leave. The message is one line without a secret. */
export class MailFailure extends Error {
  override readonly name = 'MailFailure';
  readonly kind: MailFailureKind;
  /** What to do about it. */
  readonly advice: string;

  constructor(kind: MailFailureKind, message: string, advice: string) {
    super(message);
    this.kind = kind;
    this.advice = advice;
  }
}

/** What nodemailer puts on its errors. */
interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
  readonly command?: string;
}

const ADVICE: Readonly<Record<MailFailureKind, string>> = {
  unreachable: `it is tried again; check ${SETTINGS}.host and port`,
  tls: `check ${SETTINGS}.secure, require_tls and tls`,
  credentials: `check ${SETTINGS}.username and password; it is tried again every 10 min`,
  refused: `check ${SETTINGS}.from and to, and what the server says; it is tried again every 10 min`,
  rejected: 'the mail is given up',
  aborted: '',
};

/** What was thrown, as a failure. */
export function failureOf(thrown: unknown, section: EmailSection): MailFailure {
  if (thrown instanceof MailFailure) return thrown;
  const kind = kindOf(thrown as SmtpError, textOf(thrown));
  const reason = thrown instanceof Error ? thrown.message : textOf(thrown);
  return new MailFailure(kind, mask(oneLine(reason), section), ADVICE[kind]);
}

function kindOf({ code = '', responseCode = 0, command = '' }: SmtpError, text: string): MailFailureKind {
  if (code === 'ETLS' || /certificate|\b(TLS|SSL)\b|altnames/i.test(text)) return 'tls';
  // 503 is about the order of commands, and 421 hangs up: another connection may do
  const isPermanent = responseCode >= 500 && responseCode !== 503;
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    return isPermanent || responseCode === 0 ? 'credentials' : 'unreachable';
  }
  if (!isPermanent) return 'unreachable';
  if ([530, 534, 535, 538].includes(responseCode)) return 'credentials';
  return command === 'DATA' ? 'rejected' : 'refused';
}

/** A server may say anything, even what it was sent. */
function mask(text: string, { username = '', password = '' }: EmailSection): string {
  const encode = (plain: string): string => Buffer.from(plain).toString('base64');
  const secrets = [password, encode(password), encode(`\u0000${username}\u0000${password}`)];
  return secrets.reduce((masked, secret) => (secret === '' ? masked : masked.replaceAll(secret, '***')), text);
}
