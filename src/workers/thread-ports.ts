import { BroadcastChannel, threadId } from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { isMessage } from './port.ts';
import type { Accept, Port, PortListener } from './port.ts';

// Threads of a process meet on a channel that they know by name, and talk on one for each of them: messages of an application's
// own ports are left alone, and no thread hears what another one tells.

const MEETING = 'telemetry-dashboard';
const nameOf = (id: number): string => `${MEETING} ${id}`;

/** On the meeting channel: a thread is here; the main thread wants to know who is. */
type Meeting = { readonly here: number } | { readonly who: true };

/** Takes up the way to each thread of this process that measures. Returns how to stop. */
export function acceptThreads(accept: Accept): () => void {
  const ways = new Map<number, { readonly listener: PortListener; readonly channel: BroadcastChannel }>();
  const end = (id: number): void => {
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
  listen(meeting, (data) => {
    if (isMeeting(data) && 'here' in data) take(data.here);
  });
  meeting.postMessage({ who: true } satisfies Meeting);
  const watch = (worker: Worker): void => {
    const id = worker.threadId; // it has none any more when it ends
    // what it has posted last is delivered first
    worker.once('exit', () => setImmediate(end, id));
  };
  process.on('worker', watch);
  return () => {
    process.off('worker', watch);
    meeting.close();
    for (const { channel } of ways.values()) channel.close();
    ways.clear();
  };
}

/** The way from this thread to the main thread of its process. It keeps neither alive. */
export function portToMainThread(listener: PortListener): Port {
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
  return {
    ...portOn(channel),
    close: () => {
      meeting.close();
      channel.close();
    },
  };
}

function portOn(channel: BroadcastChannel): Port {
  return {
    send: (message, sent) => {
      try {
        channel.postMessage(message);
      } catch {
        // it is closed
      }
      sent?.();
    },
    close: () => {
      channel.close();
    },
  };
}

function listen(channel: BroadcastChannel, receive: (data: unknown) => void): void {
  channel.onmessage = (event: unknown) => {
    receive((event as { readonly data: unknown }).data);
  };
  channel.unref();
}

function isMeeting(data: unknown): data is Meeting {
  return (
    typeof data === 'object' && data !== null && (('here' in data && typeof data.here === 'number') || 'who' in data)
  );
}
