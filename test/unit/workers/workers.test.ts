import { selfMetrics } from '../../../src/catalog/self.ts';
import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { Membership } from '../../../src/workers/membership.ts';
import type { MembershipOptions } from '../../../src/workers/membership.ts';
import type { Accept } from '../../../src/workers/port.ts';
import { PROTOCOL } from '../../../src/workers/report.ts';
import type { Message } from '../../../src/workers/report.ts';
import { Reporter } from '../../../src/workers/reporter.ts';
import { Workers } from '../../../src/workers/workers.ts';
import { MemoryWay } from '../../support/memory-way.ts';
import { createRecording } from '../../support/recording.ts';
import type { TestRecording } from '../../support/recording.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(async () => {
  const closing = members.splice(0).map((member) => member.close());
  await jest.advanceTimersByTimeAsync(1000);
  await Promise.all(closing);
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

function startWorker(way = new MemoryWay(), isThread = false, more: Partial<MembershipOptions> = {}): TestWorker {
  const recording = createRecording();
  const { recorder } = recording;
  const takes: boolean[] = [];
  let joins = 0;
  const onPrimary = (): void => {
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
    onPrimary,
    ...more,
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
    await expect(worker.member.hasPrimary).resolves.toBe(true);
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
    await expect(early.member.hasPrimary).resolves.toBe(false);
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

  it('talk where their versions differ, as long as they understand each other', async () => {
    const way = new MemoryWay();
    const primary = startPrimary();
    primary.fork(way);
    const port = way.connect({ message: jest.fn(), ending: jest.fn() });
    port.send({ kind: 'hello', version: '99.0.0', protocol: PROTOCOL });
    const worker = startWorker();
    greetAs(worker, '99.0.0', PROTOCOL);
    await expect(worker.member.hasPrimary).resolves.toBe(true);
    worker.add(1);
    jest.advanceTimersByTime(50);
    expect(worker.way.sent.some(({ kind }) => kind === 'report')).toBe(true);
    expect([primary.log.lines, worker.log.lines]).toEqual([[], []]);
  });

  it('do not count where they do not understand each other: one line says so at each end, and the primary leads', async () => {
    const way = new MemoryWay();
    const primary = startPrimary();
    const said: Message[] = [];
    const port = way.connect({ message: (message) => void said.push(message), ending: jest.fn() });
    primary.fork(way);
    const stranger = createRecording().recorder;
    stranger.counter(ORDERS).at([]).add(5);
    for (let time = 0; time < 2; time++) {
      port.send({ kind: 'hello', version: '99.0.0', protocol: PROTOCOL + 1 });
      port.send({ kind: 'report', answers: null, report: new Reporter(stranger, false).take(true) });
    }
    expect(said.map(({ kind }) => kind)).toEqual(['welcome', 'welcome', 'welcome']);
    expect(primary.log.lines).toEqual([expect.stringMatching(/^warn a worker has telemetry-dashboard 99\.0\.0/)]);
    expect([primary.orders, namesOf(primary)]).toEqual([0, []]);

    const worker = startWorker();
    for (let time = 0; time < 2; time++) greetAs(worker, '99.0.0', PROTOCOL + 1);
    await expect(worker.member.hasPrimary).resolves.toBe(true);
    expect(worker.joins).toBe(1);
    expect(worker.log.lines).toEqual([expect.stringMatching(/^warn the primary has telemetry-dashboard 99\.0\.0/)]);
    worker.add(1);
    jest.advanceTimersByTime(2000);
    await worker.member.flush();
    worker.member.ending();
    await worker.member.close();
    expect(worker.way.sent.filter(({ kind }) => kind !== 'welcome').map(({ kind }) => kind)).toEqual(['hello']);
  });
});

/** A primary of another version greets the worker. */
function greetAs({ way }: TestWorker, version: string, protocol: number): void {
  way.accept((port) => {
    port.send({ kind: 'welcome', version, protocol });
    return { message: jest.fn(), ended: jest.fn() };
  });
}

describe('a worker whose application keeps to itself when something has left', () => {
  it('tells once a second, and what it is asked for; its end takes a second at most', async () => {
    const primary = startPrimary();
    const worker = startWorker();
    worker.way.isMute = true;
    primaryForks(primary, worker);
    worker.add(1);
    jest.advanceTimersByTime(900);
    worker.clock.advance(900);
    expect(primary.orders).toBe(0);
    worker.clock.advance(100);
    jest.advanceTimersByTime(100);
    expect(primary.orders).toBe(1);
    worker.add(1);
    await primary.workers.refresh();
    expect(primary.orders).toBe(2);
    worker.add(1);
    const flushing = worker.member.flush();
    await jest.advanceTimersByTimeAsync(999);
    expect([await hasEnded(flushing), primary.orders]).toEqual([false, 3]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await hasEnded(flushing)).toBe(true);
    worker.add(1);
    const closing = worker.member.close();
    await jest.advanceTimersByTimeAsync(1000);
    expect([await hasEnded(closing), primary.orders, namesOf(primary)]).toEqual([true, 4, []]);
  });
});

describe('a worker with threads', () => {
  it('asks them before it answers, and before it tells its last', async () => {
    const primary = startPrimary();
    let asked = 0;
    const worker = startWorker(new MemoryWay(), false, {
      askThreads: () => {
        asked++;
        worker.add(10);
        return Promise.resolve();
      },
    });
    primaryForks(primary, worker);
    jest.advanceTimersByTime(2000);
    expect(asked).toBe(0);
    await primary.workers.refresh();
    expect(primary.orders).toBe(10);
    await worker.member.flush();
    expect(primary.orders).toBe(20);
    await worker.member.close();
    expect(primary.orders).toBe(30);
  });

  it('may be asked to wait for them less long than it is waited for', async () => {
    const primary = startPrimary();
    const silent = startWorker();
    primaryForks(primary, silent);
    silent.way.held = [];
    const read = primary.workers.refresh(100);
    jest.advanceTimersByTime(99);
    expect(await hasEnded(read)).toBe(false);
    jest.advanceTimersByTime(1);
    expect(await hasEnded(read)).toBe(true);
    silent.way.release();
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

  it('tells the last before its channel is closed', () => {
    const primary = startPrimary();
    const worker = startWorker();
    primaryForks(primary, worker);
    worker.add(2);
    worker.member.ending();
    expect(primary.orders).toBe(2);
  });

  it.each([
    ['before its channel is closed', (member: Membership): void => member.ending()],
    ['when a signal ends it', (member: Membership): unknown => member.flush()],
    ['when its dashboard is shut down', (member: Membership): unknown => member.close()],
  ])('tells what it has counted to a primary that has not welcomed it yet, once: %s', async (_when, end) => {
    const way = new MemoryWay();
    const primary = startPrimary();
    way.held = [];
    primary.fork(way);
    const worker = startWorker(way);
    worker.add(3);
    worker.recorder.gauge(JOBS).at([]).set(4);
    end(worker.member);
    // it may be heard yet, in a moment
    await jest.advanceTimersByTimeAsync(500);
    way.release();
    await jest.advanceTimersByTimeAsync(500);
    expect([primary.orders, worker.log.lines]).toEqual([3, []]);
    way.end();
    expect([primary.orders, primary.jobs, namesOf(primary)]).toEqual([3, null, []]);
  });

  it('tells what has come since to the next primary, which knows nothing of it', async () => {
    const first = startPrimary();
    const worker = startWorker();
    primaryForks(first, worker);
    worker.add(3);
    await first.workers.refresh();
    first.workers.close();
    worker.add(2);
    worker.way.held = [];
    const second = startPrimary(worker.way);
    worker.member.ending();
    worker.way.release();
    expect([first.orders, second.orders]).toEqual([3, 2]);
  });

  it('listens for its exit no longer than its dashboard runs', async () => {
    const before = process.listeners('exit');
    const worker = startWorker();
    expect(process.listeners('exit')).toHaveLength(before.length + 1);
    await worker.member.close();
    expect(process.listeners('exit')).toEqual(before);
  });

  it('is recorded no longer', async () => {
    const primary = startPrimary();
    const worker = startWorker();
    primaryForks(primary, worker);
    await primary.workers.refresh();
    const [{ recorder } = { recorder: undefined }] = primary.workers.all;
    expect(recorder?.open).toBe(true);
    worker.way.end();
    expect(recorder?.open).toBe(false);
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
