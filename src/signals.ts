/** Signals that end a process which does not listen for them. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Who is still there so long after a signal was raised again has not died of it. */
const SURVIVED_MS = 500;

/** Known to every copy of this package: each would otherwise take the others for the application's. */
const OURS = Symbol.for('telemetry-dashboard.signal-listener');

/** signal-exit 3 puts this on the process; version 4 has a global of its own. */
const SIGNAL_EXIT_3 = '__signal_exit_emitter__';
const SIGNAL_EXIT_4 = Symbol.for('signal-exit emitter');

type Listener = (signal: NodeJS.Signals) => void;

/** What is used of `process`. */
interface SignalledProcess {
  readonly pid: number;
  listeners(signal: NodeJS.Signals): unknown[];
  prependListener(signal: NodeJS.Signals, listener: Listener): unknown;
  off(signal: NodeJS.Signals, listener: Listener): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

export interface FlushOnSignals {
  /** Sends what has been measured; may reject, may never end. */
  readonly flush: () => Promise<unknown>;
  /** It is waited for no longer, in ms. */
  readonly timeoutMs: number;
  /** @defaultValue the global `process` */
  readonly process?: SignalledProcess;
}

/**
 * Flushes when SIGTERM or SIGINT ends a process that does not listen for it, and then has the signal end it as it would have.
 * Where the application listens, nothing happens: it awaits `shutdown()` itself. A second signal during the flush ends the
 * process at once. Holds the process during the flush only.
 *
 * @returns stops listening; a flush under way goes on
 */
export function flushOnSignals({ flush, timeoutMs, process: host = process }: FlushOnSignals): () => void {
  let isFlushing = false;
  let survived: NodeJS.Timeout | undefined;
  // before the application's, so that one that listens once is still there
  const listen = (): void => {
    isFlushing = false;
    for (const signal of SIGNALS) host.prependListener(signal, listener);
  };
  const stop = (): void => {
    clearTimeout(survived);
    for (const signal of SIGNALS) host.off(signal, listener);
  };
  const raise = (signal: NodeJS.Signals): void => {
    stop();
    // of two copies of this package, the last one to be done
    if (host.listeners(signal).some(isOurs)) return;
    // the first process of a container does not die of it, with us or without
    survived = setTimeout(listen, SURVIVED_MS).unref();
    host.kill(host.pid, signal);
  };
  const listener: Listener & { [OURS]?: true } = (signal) => {
    if (isFlushing) {
      raise(signal);
      return;
    }
    if (applicationListens(host, signal)) return;
    isFlushing = true;
    let hasEnded = false;
    const end = (): void => {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(timer);
      raise(signal);
    };
    const timer = setTimeout(end, timeoutMs);
    flush().then(end, end);
  };
  listener[OURS] = true;
  listen();
  return stop;
}

function applicationListens(host: SignalledProcess, signal: NodeJS.Signals): boolean {
  return host.listeners(signal).filter((listener) => !isOurs(listener)).length > signalExitListeners(host);
}

function isOurs(listener: unknown): boolean {
  return (listener as { [OURS]?: true })[OURS] === true;
}

/** signal-exit listens for every signal, and acts only where it is alone: it waits for us, so we must not wait for it. */
function signalExitListeners(host: SignalledProcess): number {
  const emitters = [
    (host as { [SIGNAL_EXIT_3]?: unknown })[SIGNAL_EXIT_3],
    (globalThis as { [SIGNAL_EXIT_4]?: unknown })[SIGNAL_EXIT_4],
  ];
  return emitters.reduce<number>((sum, emitter) => {
    const { count } = (emitter ?? {}) as { count?: unknown };
    return sum + (typeof count === 'number' ? count : 0);
  }, 0);
}
