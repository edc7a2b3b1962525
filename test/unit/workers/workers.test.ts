import { selfMetrics } from '../../../src/catalog/self.ts';
import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { Membership } from '../../../src/workers/membership.ts';
import type { Accept } from '../../../src/workers/port.ts';
import type { Message } from '../../../src/workers/report.ts';
import { Workers } from '../../../src/workers/workers.ts';
import { MemoryWay } from '../../support/memory-way.ts';
import { createRecording } from '../../support/recording.ts';
import type { TestRecording } from '../../support/recording.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(async () => {
  for (const member of members.splice(0)) await member.close();
  jest.useRealTimers();
});

const ORDERS: MetricSpec = { name: 'orders', kind: 'counter', unit: '1', description: '', attributes: [] };
const JOBS: MetricSpec = { name: 'jobs', kind: 'gauge', unit: '1', description: '', attributes: [] };

const members: Membership[] = [];

interface TestWorker extends TestRecording {
  readonly way: MemoryWay;
  readonly member: Membership;
  readonly joins: number;
  /** For each time that its instruments were read: whether all was wanted. */
  readonly takes: boolean[];
  add(count: number): void;
}

function startWorker(way = new MemoryWay(), isThread = false): TestWorker {
  const recording = createRecording();
  const { recorder } = recording;
  const takes: boolean[] = [];
  let joins = 0;
  const onJoined = (): void => {
    joins++;
  };
  const member = new Membership({
    recorder,
    isThread,
    isExpected: true,
    takeInstruments: (isAll) => {
      takes.push(isAll);
      return Promise.resolve([isAll ? 'all' : 'new']);
    },
    connect: way.connect,
    onJoined,
  });
  members.push(member);
  return {
    ...recording,
    way,
    member,
    takes,
    get joins() {
      return joins;
    },
    add: (count) => {
      recorder.counter(ORDERS).at([]).add(count);
    },
  };
}

interface TestPrimary extends TestRecording {
  readonly workers: Workers;
  /** A worker's process has come. */
  fork(way: MemoryWay, kind?: 'process' | 'thread'): void;
  /** What each worker has told of its instruments. */
  readonly instruments: ReadonlyMap<object, unknown[]>;
  readonly orders: number;
  readonly jobs: number | null;
  readonly ages: Record<string, number>;
}

/** @param there ways to workers that were there before */
function startPrimary(...there: MemoryWay[]): TestPrimary {
  const recording = createRecording();
  const { recorder } = recording;
  let take: Accept | undefined;
  const undo: (() => void)[] = [];
  const instruments = new Map<object, unknown[]>();
  const workers = new Workers({
    recorder,
    addInstruments: (worker, told) => {
      instruments.set(worker, [...(instruments.get(worker) ?? []), ...told]);
    },
    forgetInstruments: (worker) => instruments.delete(worker),
    createRecorder: () => {
      const alone = createRecording();
      // one clock for the whole primary
      return Object.assign(alone.recorder, { clock: recording.clock });
    },
    accept: [
      (accept) => {
        take = accept;
        for (const way of there) undo.push(way.accept(accept));
        return () => {
          for (const undoOne of undo) undoOne();
        };
      },
    ],
  });
  return {
    ...recording,
    workers,
    instruments,
    fork: (way, kind) => void undo.push(way.accept(take as Accept, kind)),
    get orders() {
      return recorder.counter(ORDERS).at([]).value;
    },
    get jobs() {
      return recorder.gauge(JOBS).at([]).value;
    },
    get ages() {
      recorder.refresh();
      return Object.fromEntries(
        recorder
          .gauge(selfMetrics.workerAge)
          .series.flatMap(({ values: [name = ''], cell: { value } }) => (value === null ? [] : [[name, value]])),
      );
    },
  };
}

const namesOf = ({ workers }: TestPrimary): string[] => workers.all.map(({ name }) => name);

/** Whether a promise has ended by now. */
async function hasEnded(promise: Promise<unknown>): Promise<boolean> {
  let ended = false;
  void promise.then(() => (ended = true));
  await jest.advanceTimersByTimeAsync(0);
  return ended;
}

describe('a worker and its primary', () => {
  it('are one whole: the worker tells each 50 ms what is new, and what a read asks for', async () => {
    const primary = startPrimary();
    const worker = startWorker();
    expect(worker.joins).toBe(0);
    primary.fork(worker.way);
    await expect(worker.member.joined).resolves.toBe(true);
    expect([worker.joins, namesOf(primary)]).toEqual([1, ['1']]);
    worker.add(5);
    expect(primary.orders).toBe(0);
    jest.advanceTimersByTime(50);
    expect(primary.orders).toBe(5);
    worker.add(2);
    await primary.workers.refresh();
    expect(primary.orders).toBe(7);
    const said = worker.way.sent.length;
    jest.advanceTimersByTime(400);
    expect(worker.way.sent.length).toBe(said);
  });

  it('know of gauges after 800 ms at the latest, and that the worker lives', () => {
    const primary = startPrimary();
    const worker = startWorker();
    primary.fork(worker.way);
    worker.recorder.gauge(JOBS).at([]).set(3);
    jest.advanceTimersByTime(600);
    primary.clock.advance(600);
    expect([primary.jobs, primary.ages]).toEqual([null, { 1: 0.6 }]);
    jest.advanceTimersByTime(200);
    expect([primary.jobs, primary.ages]).toEqual([3, { 1: 0 }]);
  });

  it('know of instruments of dashboard.meter each 5 s and at each read, for their callbacks may be costly', async () => {
    const primary = startPrimary();
    const worker = startWorker();
    primary.fork(worker.way);
    await jest.advanceTimersByTimeAsync(4900);
    expect([worker.takes, [...primary.instruments.values()]]).toEqual([[true], [['all']]]);
    await jest.advanceTimersByTimeAsync(5200);
    expect(worker.takes).toEqual([true, false, false]);
    await primary.workers.refresh();
    await worker.member.flush();
    expect([...primary.instruments.values()]).toEqual([['all', 'new', 'new', 'new', 'new']]);
  });

  it('forget the instruments of a worker that ends, and are told of all of them by one that comes again', async () => {
    const first = startPrimary();
    const [ended, left] = [startWorker(), startWorker()];
    primaryForks(first, ended, left);
    await jest.advanceTimersByTimeAsync(0);
    expect(first.instruments.size).toBe(2);
    ended.way.end();
    expect(first.instruments.size).toBe(1);
    first.workers.close();
    const second = startPrimary(left.way);
    await jest.advanceTimersByTimeAsync(0);
    expect([left.takes, [...second.instruments.values()]]).toEqual([[true, true], [['all']]]);
    await left.member.close();
    expect(second.instruments.size).toBe(0);
  });

  it('find each other whoever comes first, and once only', async () => {
    const early = startWorker();
    jest.advanceTimersByTime(1500);
    await jest.advanceTimersByTimeAsync(0);
    await expect(early.member.joined).resolves.toBe(false);
    early.add(4);
    const primary = startPrimary(early.way);
    expect([early.joins, primary.orders]).toEqual([1, 4]);
    const way = new MemoryWay();
    primary.fork(way);
    const late = startWorker(way);
    late.add(1);
    await primary.workers.refresh();
    expect([late.joins, primary.orders, namesOf(primary)]).toEqual([1, 5, ['1', '2']]);
  });

  it('go on without a break when the dashboard of the primary is shut down and another one comes', async () => {
    const first = startPrimary();
    const worker = startWorker();
    primaryForks(first, worker);
    worker.add(3);
    worker.recorder.gauge(JOBS).at([]).set(8);
    await first.workers.refresh();
    first.workers.close();
    worker.add(10);
    jest.advanceTimersByTime(2000);
    expect(first.orders).toBe(3);
    const second = startPrimary(worker.way);
    expect([second.orders, second.jobs, worker.joins]).toEqual([10, 8, 1]);
    worker.add(1);
    jest.advanceTimersByTime(200);
    expect(second.orders).toBe(11);
  });

  it('are one whole again after a primary that has ended before it was heard', () => {
    const way = new MemoryWay();
    const first = startPrimary();
    const worker = startWorker(way);
    worker.add(3);
    way.held = [];
    first.fork(way);
    first.workers.close();
    // all that was said arrives: the greeting, and that it was all; the answer meets nobody
    way.release();
    const second = startPrimary(way);
    worker.add(1);
    jest.advanceTimersByTime(200);
    expect([first.orders, second.orders, worker.joins]).toEqual([0, 1, 1]);
  });

  it('do not talk where their versions differ: one line says so, and the worker is alone', async () => {
    const way = new MemoryWay();
    const primary = startPrimary();
    const said: Message[] = [];
    const port = way.connect({ message: (message) => void said.push(message), ending: jest.fn(), ended: jest.fn() });
    primary.fork(way);
    port.send({ kind: 'hello', version: '99.0.0' });
    port.send({ kind: 'hello', version: '99.0.0' });
    expect(said.map(({ kind }) => kind)).toEqual(['welcome']);
    expect(primary.log.lines).toEqual([expect.stringMatching(/^warn a worker has telemetry-dashboard 99\.0\.0/)]);
    const worker = startWorker();
    worker.way.accept(() => ({ message: jest.fn(), ending: jest.fn(), ended: jest.fn() }));
    jest.advanceTimersByTime(1500);
    await jest.advanceTimersByTimeAsync(0);
    await expect(worker.member.joined).resolves.toBe(false);
  });
});

function primaryForks(primary: TestPrimary, ...workers: TestWorker[]): void {
  for (const { way } of workers) primary.fork(way);
}

describe('a worker that does not answer', () => {
  it('delays the first read by 200 ms, the next ones not; its last figures stay, and its age tells', async () => {
    const primary = startPrimary();
    const [silent, quick] = [startWorker(), startWorker()];
    primaryForks(primary, silent, quick);
    silent.add(5);
    await primary.workers.refresh();
    silent.way.held = [];
    silent.add(100);
    quick.add(1);
    const first = primary.workers.refresh();
    jest.advanceTimersByTime(199);
    expect(await hasEnded(first)).toBe(false);
    jest.advanceTimersByTime(1);
    expect(await hasEnded(first)).toBe(true);
    expect(primary.orders).toBe(6);
    const second = primary.workers.refresh();
    expect(await hasEnded(second)).toBe(true);
    primary.clock.advance(7000);
    jest.advanceTimersByTime(800);
    expect(primary.ages).toEqual({ 1: 7, 2: 0 });
    silent.way.release();
    expect([primary.orders, primary.ages]).toEqual([106, { 1: 0, 2: 0 }]);
    silent.add(1);
    await primary.workers.refresh();
    expect(primary.orders).toBe(107);
  });

  it('holds back no read of another one, when several read at once: each has what was recorded before it', async () => {
    const primary = startPrimary();
    const [silent, quick] = [startWorker(), startWorker()];
    primaryForks(primary, silent, quick);
    silent.way.held = [];
    const first = primary.workers.refresh();
    jest.advanceTimersByTime(100);
    quick.add(1);
    const second = primary.workers.refresh();
    await jest.advanceTimersByTimeAsync(0);
    expect(primary.orders).toBe(1);
    jest.advanceTimersByTime(100);
    expect([await hasEnded(first), await hasEnded(second)]).toEqual([true, false]);
    jest.advanceTimersByTime(100);
    expect(await hasEnded(second)).toBe(true);
    silent.way.release();
  });

  it('ends a read by its death', async () => {
    const primary = startPrimary();
    const worker = startWorker();
    primaryForks(primary, worker);
    worker.way.held = [];
    const read = primary.workers.refresh();
    worker.way.end();
    expect(await hasEnded(read)).toBe(true);
  });

  it('has one report on the way at most: what cannot leave waits in its cells', () => {
    const primary = startPrimary();
    const worker = startWorker();
    primaryForks(primary, worker);
    worker.way.held = [];
    for (let time = 0; time < 50; time++) {
      worker.add(1);
      jest.advanceTimersByTime(200);
    }
    expect(worker.way.held).toHaveLength(1);
    worker.way.release();
    jest.advanceTimersByTime(200);
    expect(primary.orders).toBe(50);
  });
});

describe('a worker that ends', () => {
  it('leaves what it has counted, takes its gauges and its age with it, and gives its name to the next', async () => {
    const primary = startPrimary();
    const [one, two, thread] = [startWorker(), startWorker(), startWorker(new MemoryWay(), true)];
    primaryForks(primary, one, two);
    primary.fork(thread.way, 'thread');
    for (const worker of [one, two]) {
      worker.add(2);
      worker.recorder.gauge(JOBS).at([]).set(4);
    }
    await primary.workers.refresh();
    expect([primary.orders, primary.jobs, namesOf(primary)]).toEqual([4, 8, ['1', '2', 'thread-1']]);
    one.way.end();
    expect([primary.orders, primary.jobs, primary.ages]).toEqual([4, 4, { 2: 0, 'thread-1': 0 }]);
    const next = startWorker();
    primaryForks(primary, next);
    expect(namesOf(primary)).toEqual(['2', 'thread-1', '1']);
    expect(primary.workers.all.find(({ name }) => name === '1')?.recorder.family('orders')).toBeUndefined();
  });

  it('tells the last when its dashboard is shut down, or another begins', async () => {
    const primary = startPrimary();
    const worker = startWorker();
    primaryForks(primary, worker);
    worker.add(2);
    worker.recorder.gauge(JOBS).at([]).set(4);
    await worker.member.close();
    expect([primary.orders, primary.jobs, primary.ages, namesOf(primary)]).toEqual([2, null, {}, []]);
    const again = startWorker(worker.way);
    again.add(1);
    await primary.workers.refresh();
    expect([primary.orders, namesOf(primary)]).toEqual([3, ['1']]);
  });

  it('is asked once more before its channel is closed', () => {
    const primary = startPrimary();
    const worker = startWorker();
    primaryForks(primary, worker);
    worker.add(2);
    worker.member.ending();
    expect(primary.orders).toBe(2);
  });

  it('keeps its figures apart as long as it lives', async () => {
    const primary = startPrimary();
    const [one, two] = [startWorker(), startWorker()];
    primaryForks(primary, one, two);
    one.add(1);
    two.add(2);
    await primary.workers.refresh();
    expect(primary.workers.all.map(({ name, recorder }) => [name, recorder.counter(ORDERS).at([]).value])).toEqual([
      ['1', 1],
      ['2', 2],
    ]);
  });
});

describe('what is no report of ours', () => {
  it.each([
    null,
    undefined,
    5,
    {},
    { kind: 'nonsense' },
    { kind: 'hello' },
    { kind: 'report' },
    { kind: 'report', answers: null, report: {} },
    { kind: 'report', answers: 'x', report: 5 },
    {
      kind: 'report',
      answers: null,
      report: { families: [null], series: [], counters: [], gauges: [], histograms: [], tallies: [] },
    },
    {
      kind: 'report',
      answers: null,
      report: {
        families: [{ id: 0, spec: { name: 'h', kind: 'histogram', attributes: [] } }],
        series: [],
        counters: [],
        gauges: [],
        histograms: [],
        tallies: [],
      },
    },
    {
      kind: 'report',
      answers: null,
      report: { families: [], series: [], counters: [5], gauges: [], histograms: [], tallies: [] },
    },
  ])('harms nothing: %j', async (message) => {
    const primary = startPrimary();
    const worker = startWorker();
    primaryForks(primary, worker);
    expect(() => {
      for (let time = 0; time < 3; time++) worker.way.garbage(message);
    }).not.toThrow();
    expect(primary.log.lines.length).toBeLessThanOrEqual(1);
    worker.add(1);
    await primary.workers.refresh();
    expect(primary.orders).toBe(1);
  });
});
