import { randomBytes } from 'node:crypto';
import type { ChatClient } from './client.ts';

const WORDS = 'the queue is short today but latency went up after lunch so we watch the dashboard and wait'.split(' ');
const STATES = ['online', 'away', 'typing'];

/** Of a hundred messages: chat, presence, something broken now and then; the others are binary. */
const CHAT = 40;
const PRESENCE = 40;
const BROKEN = 0.3;

/** Has a client send something. */
export function sendSomething(client: ChatClient): void {
  const kind = Math.random() * 100;
  if (kind < CHAT) client.tell({ type: 'chat', text: sentence() });
  else if (kind < CHAT + PRESENCE) client.tell({ type: 'presence', state: anyOf(STATES) });
  else if (kind < CHAT + PRESENCE + BROKEN) client.send('{"type":');
  else client.send(randomBytes(Math.round(16 * 4 ** (4 * Math.random()))));
}

function sentence(): string {
  const start = Math.floor(Math.random() * WORDS.length);
  return WORDS.slice(start, start + 1 + Math.floor(Math.random() * 12)).join(' ');
}

function anyOf(values: readonly string[]): string {
  return values[Math.floor(Math.random() * values.length)] ?? '';
}
