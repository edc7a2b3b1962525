import { MailQueue } from '../../../../../src/alerts/channels/email/mail-queue.ts';
import type { MailBatch } from '../../../../../src/alerts/channels/email/mail-queue.ts';
import type { AlertNotice } from '../../../../../src/alerts/alert.ts';
import { noticeOf } from '../../../../support/alert-samples.ts';

const WAIT_MS = 10_000;
const HOUR_MS = 3_600_000;

function queueOf(maxPerHour = 20, random = 0): MailQueue {
  return new MailQueue(WAIT_MS, maxPerHour, () => random);
}

const many = (count: number): AlertNotice[] => Array.from({ length: count }, (_, index) => noticeOf(`a${index}`));
const told = (batch: MailBatch): string[] =>
  batch.map(({ notice }) => `${notice.name} ${notice.state}${notice.repeated ? ' repeated' : ''}`);

describe('MailQueue', () => {
  it('has nothing due while nothing waits', () => {
    expect(queueOf().dueAtMs).toBeNull();
  });

  it('groups what comes within the wait after the first', () => {
    const queue = queueOf();
    queue.add([noticeOf('a')], 100);
    queue.add([noticeOf('b')], 100 + WAIT_MS - 1);
    expect(queue.dueAtMs).toBe(100 + WAIT_MS);
    expect(told(queue.take(100 + WAIT_MS))).toEqual(['a firing', 'b firing']);
  });

  it('tells of an alert as it stands when the mail leaves, and does not wait longer for that', () => {
    const queue = queueOf();
    queue.add([noticeOf('a')], 0);
    queue.add([noticeOf('a', { state: 'resolved' })], 5000);
    expect(queue.dueAtMs).toBe(WAIT_MS);
    expect(told(queue.take(WAIT_MS))).toEqual(['a resolved']);
  });

  it('does not call a repetition what nobody was told before', () => {
    const queue = queueOf();
    queue.add([noticeOf('a'), noticeOf('b', { repeated: true })], 0);
    queue.add([noticeOf('a', { repeated: true }), noticeOf('b', { repeated: true })], 1);
    expect(told(queue.take(WAIT_MS))).toEqual(['a firing', 'b firing repeated']);
  });

  it('keeps what comes while a mail is under way for the next one', () => {
    const queue = queueOf();
    queue.add([noticeOf('a'), noticeOf('b')], 0);
    const batch = queue.take(WAIT_MS);
    queue.add([noticeOf('a', { state: 'resolved' })], WAIT_MS + 5);
    queue.sent(batch, WAIT_MS + 10);
    expect(queue.dueAtMs).toBe(WAIT_MS + 5 + WAIT_MS);
    expect(told(queue.take(queue.dueAtMs ?? 0))).toEqual(['a resolved']);
  });

  it('lets so many mails leave in any hour, and what exceeds them together in the next', () => {
    const queue = queueOf(3);
    const leftMs: number[] = [];
    for (let nowMs = 0; nowMs <= 3 * HOUR_MS; nowMs += 60_000) {
      queue.add([noticeOf(`a${nowMs}`)], nowMs);
      if (queue.dueAtMs === null || queue.dueAtMs > nowMs) continue;
      queue.sent(queue.take(nowMs), nowMs);
      leftMs.push(nowMs);
    }
    expect(leftMs.slice(0, 3)).toEqual([60_000, 180_000, 300_000]);
    expect(leftMs.length).toBe(9);
    for (const [index, ms] of leftMs.slice(3).entries()) expect(ms - leftMs[index]!).toBeGreaterThanOrEqual(HOUR_MS);
    expect(queue.size).toBeGreaterThan(0);
  });

  it('loses nothing by the limit, however long it waits', () => {
    const queue = queueOf(1);
    queue.add([noticeOf('first')], 0);
    queue.sent(queue.take(WAIT_MS), WAIT_MS);
    queue.add(many(500), WAIT_MS + 1);
    expect(queue.dueAtMs).toBe(WAIT_MS + HOUR_MS);
    const batch = queue.take(WAIT_MS + HOUR_MS);
    expect(batch).toHaveLength(500);
    // an hour has gone since they came, but not since they were tried
    expect(queue.failed(batch, WAIT_MS + HOUR_MS + 1, false)).toBe(0);
  });

  it('waits 1 s to 60 s, twice as long each time, less up to a fifth by chance', () => {
    for (const [random, share] of [
      [0, 1],
      [1, 0.8],
    ] as const) {
      const queue = queueOf(20, random);
      queue.add([noticeOf('a')], 0);
      const waits: number[] = [];
      for (let nowMs = WAIT_MS; waits.length < 9; nowMs = queue.dueAtMs ?? NaN) {
        queue.failed(queue.take(nowMs), nowMs, false);
        waits.push((queue.dueAtMs ?? NaN) - nowMs);
      }
      const expected = [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000 * share);
      expect(waits.map(Math.round)).toEqual(expected);
    }
  });

  it('begins anew with 1 s after a mail that left', () => {
    const queue = queueOf();
    queue.add([noticeOf('a')], 0);
    queue.failed(queue.take(0), 0, false);
    queue.failed(queue.take(1000), 1000, false);
    queue.sent(queue.take(3000), 3000);
    queue.add([noticeOf('b')], 3000);
    expect(queue.dueAtMs).toBe(3000 + WAIT_MS);
    queue.failed(queue.take(20_000), 20_000, false);
    expect(queue.dueAtMs).toBe(21_000);
  });

  it('waits 10 min after a refusal, newcomers included', () => {
    const queue = queueOf();
    queue.add([noticeOf('a')], 0);
    queue.failed(queue.take(0), 0, true);
    queue.add([noticeOf('b')], 1);
    expect(queue.dueAtMs).toBe(600_000);
  });

  it('gives up what was tried for an hour, and only that', () => {
    const queue = queueOf();
    queue.add([noticeOf('a')], 0);
    queue.failed(queue.take(0), 0, false);
    queue.add([noticeOf('b')], 1);
    expect(queue.failed(queue.take(HOUR_MS - 1), HOUR_MS - 1, false)).toBe(0);
    expect(queue.failed(queue.take(HOUR_MS), HOUR_MS, false)).toBe(1);
    expect(told(queue.take(HOUR_MS + 60_000))).toEqual(['b firing']);
  });

  it('lets go of a mail that is refused for itself, and goes on with what came meanwhile', () => {
    const queue = queueOf();
    queue.add([noticeOf('a'), noticeOf('b')], 0);
    const batch = queue.take(WAIT_MS);
    queue.add([noticeOf('b', { state: 'resolved' })], WAIT_MS);
    expect(queue.rejected(batch)).toBe(1);
    expect(told(queue.take(3 * WAIT_MS))).toEqual(['b resolved']);
  });

  it('holds 1,000 alerts and loses the oldest beyond', () => {
    const queue = queueOf();
    expect(queue.add(many(1000), 0)).toBe(0);
    expect(queue.add([noticeOf('a0')], 1)).toBe(0);
    expect(queue.add([noticeOf('new'), noticeOf('newer')], 2)).toBe(2);
    const names = queue.take(WAIT_MS).map(({ notice }) => notice.name);
    expect(names).toHaveLength(1000);
    expect(names).not.toContain('a1');
    expect(names).not.toContain('a2');
    expect(names.slice(-3)).toEqual(['a0', 'new', 'newer']);
  });

  it('does not call lost what is under way', () => {
    const queue = queueOf();
    queue.add(many(1000), 0);
    const batch = queue.take(WAIT_MS);
    expect(queue.add([noticeOf('new')], WAIT_MS)).toBe(0);
    queue.sent(batch, WAIT_MS);
    expect(queue.size).toBe(1);
  });

  it('lets go of all that waits', () => {
    const queue = queueOf();
    queue.add(many(3), 0);
    expect([queue.clear(), queue.size, queue.dueAtMs]).toEqual([3, 0, null]);
  });
});
