import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { BroadcastChannel, getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { isMessage } from './port.ts';
import type { Accept, Port, PrimaryListener, WorkerListener, WorkerPort } from './port.ts';
import type { Message } from './report.ts';

// Threads of a process meet on a channel that they know by name, and talk on one for each of them: messages of an application's
// own ports are left alone, and no thread hears what another one tells.

const MEETING = 'telemetry-dashboard';
/** Of Node.js. */
const THREAD_STARTS = 'worker_threads';
const nameOf = (id: number): string => `${MEETING} ${id}`;

/**
 * On the meeting channel: a thread is here, and says what the main thread may not have opened its end for; the main thread wants to
 * know who is; a thread has started another one; it is gone.
 */
type Meeting =
  | { readonly here: number; readonly said?: readonly Message[] }
  | { readonly who: true }
  | { readonly started: number; readonly by: number }
  | { readonly gone: number };

/** Takes up the way to each thread of this process that measures. Returns how to stop. */
export function acceptThreads(accept: Accept): () => void {
  const ways = new Map<number, { readonly listener: PrimaryListener; readonly channel: BroadcastChannel }>();
  const startedBy = new Map<number, Set<number>>();
  const end = (id: number): void => {
    // those that it has started end with it
    const started = startedBy.get(id) ?? [];
    startedBy.delete(id);
    for (const one of started) end(one);
    for (const [by, others] of startedBy) if (others.delete(id) && others.size === 0) startedBy.delete(by);
    const way = ways.get(id);
    if (!way) return;
    ways.delete(id);
    way.listener.ended();
    way.channel.close();
  };
  const take = (id: number): void => {
    if (ways.has(id)) return;
    const channel = new BroadcastChannel(nameOf(id));
    const listener = accept(portOn(channel), 'thread');
    listen(channel, (data) => {
      if (isMessage(data)) listener.message(data);
    });
    ways.set(id, { listener, channel });
  };
  const meeting = new BroadcastChannel(MEETING);
  setEnvironmentData(MEETING, true);
  // what it has posted last is delivered in the next turn of the event loop, where it was not before the news of its end
  const endSoon = (id: number): void => {
    setImmediate(() => setImmediate(end, id));
  };
  listen(meeting, (data) => {
    if (!isMeeting(data)) return;
    if ('here' in data) {
      take(data.here);
      for (const message of data.said ?? []) ways.get(data.here)?.listener.message(message);
    }
    if ('gone' in data) endSoon(data.gone);
    if ('started' in data) startedBy.set(data.by, (startedBy.get(data.by) ?? new Set()).add(data.started));
  });
  meeting.postMessage({ who: true } satisfies Meeting);
  const unwatch = watchThreads(() => undefined, endSoon);
  return () => {
    unwatch();
    setEnvironmentData(MEETING, undefined);
    meeting.close();
    for (const { channel } of ways.values()) channel.close();
    ways.clear();
  };
}

/** Whether the main thread took threads up when this one was started. */
export function isTakenUp(): boolean {
  return getEnvironmentData(MEETING) === true;
}

/** The way from this thread to the main thread of its process. It keeps neither alive. */
export function portToMainThread(listener: WorkerListener): WorkerPort {
  const channel = new BroadcastChannel(nameOf(threadId));
  listen(channel, (data) => {
    if (isMessage(data)) listener.message(data);
  });
  const meeting = new BroadcastChannel(MEETING);
  const here = (): void => {
    meeting.postMessage({ here: threadId } satisfies Meeting);
  };
  listen(meeting, (data) => {
    if (isMeeting(data) && 'who' in data) here();
  });
  here();
  // the main thread sees those that it has started itself
  const unwatch = watchThreads(
    (id) => {
      meeting.postMessage({ started: id, by: threadId } satisfies Meeting);
    },
    (id) => {
      meeting.postMessage({ gone: id } satisfies Meeting);
    },
  );
  return {
    ...portOn(channel),
    sendUnheard: (said, sent) => {
      post(meeting, { here: threadId, said } satisfies Meeting);
      sent?.();
    },
    close: () => {
      unwatch();
      meeting.close();
      channel.close();
    },
  };
}

/** Tells of the threads that this one starts, and of their ends. Returns how to stop. */
function watchThreads(started: (id: number) => void, ended: (id: number) => void): () => void {
  let isOver = false;
  const watch = (message: unknown): void => {
    const { worker } = message as { readonly worker: Worker };
    const id = worker.threadId; // it has none any more when it ends
    started(id);
    worker.once('exit', () => {
      if (!isOver) ended(id);
    });
  };
  // what `process` tells as 'worker', where no listener of ours can be seen
  subscribe(THREAD_STARTS, watch);
  return () => {
    isOver = true;
    unsubscribe(THREAD_STARTS, watch);
  };
}

function portOn(channel: BroadcastChannel): Port {
  return {
    send: (message, sent) => {
      post(channel, message);
      sent?.();
      return true;
    },
  };
}

function post(channel: BroadcastChannel, data: unknown): void {
  try {
    channel.postMessage(data);
  } catch {
    // it is closed
  }
}

function listen(channel: BroadcastChannel, receive: (data: unknown) => void): void {
  channel.onmessage = (event: unknown) => {
    receive((event as { readonly data: unknown }).data);
  };
  channel.unref();
}

function isMeeting(data: unknown): data is Meeting {
  return typeof data === 'object' && data !== null && ['here', 'who', 'started', 'gone'].some((key) => key in data);
}
