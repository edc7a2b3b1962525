import { Pings } from '../../../../src/instrumentation/ws/pings.ts';

describe('Pings', () => {
  it('matches a pong with its ping, and gives up the pings before it', () => {
    const pings = new Pings();
    pings.sent('a', 10, false);
    pings.sent('b', 20, true);
    expect(pings.answered(Buffer.from('b'), 25)).toMatchObject({ durationMs: 5 });
    expect(pings.answered('a', 30)).toBeUndefined();
    expect(pings.answered('b', 30)).toBeUndefined();
  });

  it('says that a pong is ours alone, unless it may stand for one that the application waits for', () => {
    const pings = new Pings();
    pings.sent('ours', 10, true);
    expect(pings.answered('ours', 11)?.ours).toBe(true);
    pings.sent("the application's", 20, false);
    pings.sent('ours', 21, true);
    expect(pings.answered('ours', 22)?.ours).toBe(false);
    pings.sent('ours', 30, true);
    pings.sent("the application's", 31, false);
    expect(pings.answered('ours', 32)?.ours).toBe(true);
    expect(pings.answered("the application's", 33)?.ours).toBe(false);
  });

  it('matches pings without a payload in their order', () => {
    const pings = new Pings();
    pings.sent(undefined, 10, false);
    pings.sent(() => undefined, 20, false);
    expect(pings.answered(Buffer.alloc(0), 25)?.durationMs).toBe(15);
    expect(pings.answered(Buffer.alloc(0), 26)?.durationMs).toBe(6);
  });

  it.each([
    ['text', 'né'],
    ['a number', 42],
    ['a view', new Uint8Array([1, 2, 3]).subarray(1)],
    ['an ArrayBuffer', new Uint8Array([9, 200]).buffer],
  ])('matches the bytes of %s', (_, data) => {
    const pings = new Pings();
    pings.sent(data, 0, false);
    const bytes = typeof data === 'number' ? Buffer.from('42') : Buffer.from(data as Uint8Array);
    expect(pings.answered(bytes, 1)?.durationMs).toBe(1);
  });

  it('forgets the oldest of too many pings', () => {
    const pings = new Pings();
    for (let ping = 0; ping < 100; ping++) pings.sent(String(ping), ping, false);
    expect(pings.answered('83', 100)).toBeUndefined();
    expect(pings.answered('84', 100)?.durationMs).toBe(16);
  });
});
