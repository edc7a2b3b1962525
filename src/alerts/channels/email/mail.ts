import { oneLine } from '../../../base/one-line.ts';
import type { AlertNotice } from '../../alert.ts';
import { htmlOf } from './mail-html.ts';
import { textOf } from './mail-text.ts';

/** A mail without its sender and recipients. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Names in a subject. */
const MAX_NAMES = 3;

/** Earlier mails that a mail refers to. */
const MAX_REFERENCES = 10;

/**
 * Makes the mail of some notices.
 *
 * @param notices at least one; each alert once
 * @param threads Message-IDs of the mails that first told of these alerts
 */
export function composeMail(notices: readonly AlertNotice[], threads: readonly string[]): Mail {
  const subject = subjectOf(notices);
  const firing = notices.filter(({ state }) => state === 'firing');
  const resolved = notices.filter(({ state }) => state === 'resolved');
  const references = [...new Set(threads)].slice(-MAX_REFERENCES);
  const parent = references.at(-1);
  return {
    subject,
    text: textOf(firing, resolved),
    html: htmlOf(firing, resolved),
    ...(parent !== undefined && { inReplyTo: parent, references }),
    // RFC 3834: nobody's holiday notice is to answer it
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** `[FIRING:2] high_latency, critical_memory (chat)`; of mails that tell of resolved ones only, `[RESOLVED] high_latency (chat)`. */
function subjectOf(notices: readonly AlertNotice[]): string {
  const firing = notices.filter(({ state }) => state === 'firing');
  const [told, head] = firing.length > 0 ? [firing, `[FIRING:${firing.length}]`] : [notices, '[RESOLVED]'];
  const names = [...new Set(told.map(({ name }) => name))];
  const more = names.length > MAX_NAMES ? `, and ${names.length - MAX_NAMES} more` : '';
  const jobs = [...new Set(notices.flatMap(({ labels }) => labels['job'] || []))];
  const service = jobs.length > 0 ? ` (${jobs.slice(0, MAX_NAMES).join(', ')})` : '';
  return oneLine(`${head} ${names.slice(0, MAX_NAMES).join(', ')}${more}${service}`, 200);
}
