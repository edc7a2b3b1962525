import { EventEmitter } from 'node:events';
import { flushOnSignals } from '../../src/signals.ts';
import { waitFor } from '../support/wait-for.ts';

const TERM = 'SIGTERM';

/** A process whose signals are events: one that nobody listens for ends it. */
class FakeProcess extends EventEmitter {
  readonly pid = 7;
  endedBy: string | undefined;

  kill(pid: number, signal: NodeJS.Signals): void {
    expect(pid).toBe(this.pid);
    if (!this.emit(signal, signal)) this.endedBy = signal;
  }
}

/** A flush that ends when it is told to. */
function pendingFlush(): { flush: () => Promise<void>; end: () => void; fail: () => void; readonly calls: number } {
  let [end, fail, calls] = [(): void => undefined, (): void => undefined, 0];
  const flush = (): Promise<void> => {
    calls += 1;
    return new Promise((resolve, reject) => {
      end = resolve;
      fail = () => reject(new Error('away'));
    });
  };
  return {
    flush,
    end: () => end(),
    fail: () => fail(),
    get calls() {
      return calls;
    },
  };
}

const LONG_MS = 60_000;

describe('flushOnSignals', () => {
  it.each([TERM, 'SIGINT'] as const)('flushes, then has %s end the process', async (signal) => {
    const host = new FakeProcess();
    const flushing = pendingFlush();
    flushOnSignals({ flush: flushing.flush, timeoutMs: LONG_MS, process: host });
    host.kill(host.pid, signal);
    expect([flushing.calls, host.endedBy]).toEqual([1, undefined]);
    flushing.end();
    await waitFor('the end', () => host.endedBy !== undefined);
    expect([host.endedBy, host.listenerCount(signal)]).toEqual([signal, 0]);
  });

  it('has the signal end the process where the flush fails, or does not end in time', async () => {
    for (const timeoutMs of [LONG_MS, 1]) {
      const host = new FakeProcess();
      const flushing = pendingFlush();
      flushOnSignals({ flush: flushing.flush, timeoutMs, process: host });
      host.kill(host.pid, TERM);
      if (timeoutMs === LONG_MS) flushing.fail();
      await waitFor('the end', () => host.endedBy === TERM);
      flushing.end();
    }
  });

  it('flushes again in a process that survives the signal, as the first one of a container does', async () => {
    const host = new FakeProcess();
    let flushes = 0;
    const flush = (): Promise<void> => Promise.resolve(void (flushes += 1));
    const stop = flushOnSignals({ flush, timeoutMs: LONG_MS, process: host });
    for (const times of [1, 2]) {
      host.kill(host.pid, TERM);
      expect(flushes).toBe(times);
      await waitFor('the end that is none', () => host.endedBy === TERM);
      host.endedBy = undefined;
      await waitFor('it to listen again', () => host.listenerCount(TERM) === 1);
    }
    stop();
    expect(host.listenerCount(TERM)).toBe(0);
  });

  it('ends the process at once at a second signal', () => {
    const host = new FakeProcess();
    const flushing = pendingFlush();
    flushOnSignals({ flush: flushing.flush, timeoutMs: LONG_MS, process: host });
    host.kill(host.pid, TERM);
    host.kill(host.pid, 'SIGINT');
    expect([flushing.calls, host.endedBy]).toEqual([1, 'SIGINT']);
    flushing.end();
  });

  it.each([
    ['before it, always', (host: FakeProcess, act: () => void) => host.on(TERM, act), false],
    ['before it, once', (host: FakeProcess, act: () => void) => host.once(TERM, act), false],
    ['after it, always', (host: FakeProcess, act: () => void) => host.on(TERM, act), true],
    ['after it, once', (host: FakeProcess, act: () => void) => host.once(TERM, act), true],
  ] as const)('does nothing where the application listens: %s', (_, listen, isLate) => {
    const host = new FakeProcess();
    const flushing = pendingFlush();
    let heard = 0;
    const act = (): void => void (heard += 1);
    if (!isLate) listen(host, act);
    flushOnSignals({ flush: flushing.flush, timeoutMs: LONG_MS, process: host });
    if (isLate) listen(host, act);
    host.kill(host.pid, TERM);
    expect([heard, flushing.calls, host.endedBy]).toEqual([1, 0, undefined]);
  });

  it('does not wait for signal-exit 3, which waits to be alone', async () => {
    const host = Object.assign(new FakeProcess(), { __signal_exit_emitter__: { count: 1 } });
    const exits: string[] = [];
    const theirs = (): void => {
      if (host.listeners(TERM).length !== 1) return;
      exits.push('exit');
      host.off(TERM, theirs);
      host.kill(host.pid, TERM);
    };
    host.on(TERM, theirs);
    const flushing = pendingFlush();
    flushOnSignals({ flush: flushing.flush, timeoutMs: LONG_MS, process: host });
    host.kill(host.pid, TERM);
    expect([flushing.calls, exits]).toEqual([1, []]);
    flushing.end();
    await waitFor('the end', () => host.endedBy === TERM);
    expect(exits).toEqual(['exit']);
  });

  it('of two copies has both flush, and the last end the process', async () => {
    const host = new FakeProcess();
    const [one, other] = [pendingFlush(), pendingFlush()];
    for (const { flush } of [one, other]) flushOnSignals({ flush, timeoutMs: LONG_MS, process: host });
    host.kill(host.pid, TERM);
    expect([one.calls, other.calls]).toEqual([1, 1]);
    one.end();
    await waitFor('one to be done', () => host.listenerCount(TERM) === 1);
    expect(host.endedBy).toBeUndefined();
    other.end();
    await waitFor('the end', () => host.endedBy === TERM);
  });

  it('listens no longer once it is stopped', () => {
    const host = new FakeProcess();
    const flushing = pendingFlush();
    flushOnSignals({ flush: flushing.flush, timeoutMs: LONG_MS, process: host })();
    host.kill(host.pid, TERM);
    expect([flushing.calls, host.endedBy]).toEqual([0, TERM]);
  });
});
