import { createRecording } from '../../support/recording.ts';
import type { TestRecording } from '../../support/recording.ts';

const dropped = ({ recorder }: TestRecording): Record<string, number> => {
  const counts = recorder
    .family('telemetry.dropped')!
    .series.map(({ values, cell }) => [values[0], (cell as { value: number }).value]);
  return Object.fromEntries(counts.filter(([, value]) => value !== 0)) as Record<string, number>;
};

const WRONG_NUMBERS: readonly (readonly [unknown, string])[] = [
  [NaN, 'not_a_number'],
  [Infinity, 'out_of_range'],
  [-Infinity, 'out_of_range'],
  [Number.MAX_VALUE, 'out_of_range'],
  [-1, 'out_of_range'],
  ['12', 'not_a_number'],
  [null, 'not_a_number'],
  [undefined, 'not_a_number'],
  [{ valueOf: () => 3 }, 'not_a_number'],
  [12n, 'not_a_number'],
  [Symbol('x'), 'not_a_number'],
];

describe('RealtimeRecorder', () => {
  it.each(WRONG_NUMBERS)(
    'drops %p wherever a number is wanted, counts it and logs one line a place',
    (wrong, reason) => {
      const recording = createRecording();
      const { realtime, log, snapshot } = recording;
      const before = snapshot.read();
      for (let again = 0; again < 3; again++) {
        realtime.recordLatency(wrong);
        realtime.recordMessage('incoming', wrong, 'text');
        realtime.updateQueueSize('jobs', wrong);
        realtime.updateConnectionMetrics({ active: wrong, idle: 1 });
        realtime.updateConnectionMetrics({ active: 1, idle: wrong });
        realtime.updateSessionCount({ active: wrong, total: 1 });
        realtime.updateSessionCount({ active: 1, total: wrong });
      }
      expect(dropped(recording)).toEqual({ [reason]: 21 });
      expect(log.lines).toHaveLength(7);
      expect(snapshot.read()).toEqual(before);
    },
  );

  it('drops directions, severities, components and queues that are none', () => {
    const recording = createRecording();
    const { realtime, log, snapshot } = recording;
    realtime.recordMessage('sideways', 1, 'text');
    realtime.recordMessage('__proto__', 1, 'text');
    realtime.recordError('db', 'fatal');
    realtime.recordError(undefined, 'error');
    realtime.updateQueueSize({}, 1);
    realtime.updateConnectionMetrics(undefined);
    realtime.updateSessionCount(null);
    expect(dropped(recording)).toEqual({ unknown_value: 5, not_a_number: 2 });
    expect(log.lines).toHaveLength(6);
    expect(snapshot.read()).toMatchObject({ messages: { total: 0 }, errors: { total: 0 }, queues: {} });
  });

  it('survives objects that throw when they are read', () => {
    const recording = createRecording();
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(() => {
      recording.realtime.updateConnectionMetrics(hostile);
      recording.realtime.updateSessionCount(hostile);
      recording.realtime.recordLatency(hostile);
    }).not.toThrow();
    expect(Object.values(dropped(recording)).reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('takes names of Object.prototype, and folds a 10 MB component, without harm', () => {
    const { realtime, snapshot } = createRecording();
    realtime.recordError('__proto__', 'error');
    realtime.recordError('constructor', 'critical');
    realtime.recordError('x'.repeat(10_000_000), 'error');
    realtime.updateQueueSize('__proto__', 7);
    const { errors, queues } = JSON.parse(JSON.stringify(snapshot.read())) as ReturnType<typeof snapshot.read>;
    expect(Object.entries(errors.byComponent)).toEqual([
      ['__proto__', 1],
      ['constructor', 1],
      ['_other', 1],
    ]);
    expect(Object.entries(queues)).toEqual([['__proto__', 7]]);
    expect(Object.getPrototypeOf(snapshot.read().queues)).toBe(Object.prototype);
  });

  it('counts sessions from the total, across a restart of its source', () => {
    const { realtime, snapshot } = createRecording();
    realtime.updateSessionCount({ active: 3, total: 10 });
    realtime.updateSessionCount({ active: 2, total: 12 });
    realtime.updateSessionCount({ active: 1, total: 4 });
    expect(snapshot.read().sessions).toEqual({ active: 1, total: 16 });
  });

  it('takes both spellings of a direction, and calls a message without a type unknown', () => {
    const { realtime, server } = createRecording();
    realtime.recordMessage('incoming', 5, undefined);
    realtime.recordMessage('receive', 5, 'chat');
    realtime.recordMessage('outgoing', 5, 'chat');
    realtime.recordMessage('transmit', 5, 7);
    expect(server.messages.series.map(({ values }) => values)).toEqual([
      ['receive', 'unknown'],
      ['receive', 'chat'],
      ['transmit', 'chat'],
      ['transmit', 'unknown'],
    ]);
  });

  it('keeps a million message types within the cap, counts them and logs one line', () => {
    const { realtime, server, recorder, log, snapshot } = createRecording();
    for (let index = 0; index < 1_000_000; index++) realtime.recordMessage('incoming', 1, `type ${index}`);
    expect(server.messages.series).toHaveLength(101);
    expect(snapshot.read().messages.incoming).toBe(1_000_000);
    const overflow = recorder
      .family('telemetry.overflow')!
      .series.map(({ values, cell }) => [values[0], (cell as { value: number }).value]);
    expect(Object.fromEntries(overflow)).toEqual({
      'websocket.server.messages': 999_900,
      'websocket.server.io': 999_900,
    });
    expect(log.lines).toHaveLength(2);
  });
});
