import { randomBytes } from 'node:crypto';

/** Grafana refuses longer ones. */
const MAX_MESSAGE_BYTES = 500;

/** Puts a random id behind a message, cut to what Grafana takes: `Add a panel [kX3_a9Qd]`. */
export function signedMessage(message: string): string {
  const id = ` [${randomBytes(6).toString('base64url')}]`;
  let text = message;
  while (Buffer.byteLength(text + id) > MAX_MESSAGE_BYTES) text = text.slice(0, -1);
  return text + id;
}

/** A message of a version without the id that {@link signedMessage} gave it. */
export function plainMessage(message: string): string {
  return message.replace(/ \[[\w-]{8}\]$/, '');
}
