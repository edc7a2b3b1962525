import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { onDisconnect } from './disconnect.ts';
import { isMessage } from './port.ts';
import type { Accept, WorkerListener, WorkerPort } from './port.ts';
import type { Message } from './report.ts';

/**
 * Messages whose `cmd` begins so go past the application: no `'message'` listener of its sees them, and none that it does not have is
 * needed. Node.js keeps the prefix for itself and passes over commands that it does not know; there is no other way to talk over the
 * channel that a cluster has which an application could not notice.
 */
const CMD = 'NODE_TELEMETRY_DASHBOARD';

/** Takes up the way to each cluster worker there is and will be. Returns how to stop. */
export function acceptClusterWorkers(accept: Accept): () => void {
  const undo = new Map<Worker, () => void>();
  const take = (worker: Worker): void => {
    // one that was forked in this very moment is told of twice
    if (undo.has(worker)) return;
    const child = worker.process;
    const listener = accept({ send: (message, sent) => deliver(child, message, sent) }, 'process');
    const receive = receiver(listener);
    // the channel ends after its last message, the process may do so before
    const end = (): void => {
      release();
      listener.ended();
    };
    const release = (): void => {
      undo.delete(worker);
      child.off('internalMessage', receive);
      child.off('disconnect', end);
    };
    undo.set(worker, release);
    child.prependListener('internalMessage', receive);
    child.on('disconnect', end);
  };
  for (const worker of Object.values(cluster.workers ?? {})) if (worker?.isConnected() === true) take(worker);
  cluster.on('fork', take);
  return () => {
    cluster.off('fork', take);
    for (const release of [...undo.values()]) release();
  };
}

/** The way from this cluster worker to its primary. It does not keep the process alive. */
export function portToClusterPrimary(listener: WorkerListener): WorkerPort {
  const receive = receiver(listener);
  const channel: Pick<NodeJS.EventEmitter, 'prependListener' | 'off'> = process;
  channel.prependListener('internalMessage', receive);
  const unwatch = onDisconnect(process, {
    isDrained: () => cluster.worker?.exitedAfterDisconnect === true,
    ending: () => {
      listener.ending();
    },
  });
  return {
    send: (message, sent) => deliver(process, message, sent),
    sendUnheard: (messages, sent) => {
      messages.forEach((message, index) => {
        deliver(process, message, index === messages.length - 1 ? sent : undefined);
      });
    },
    close: () => {
      unwatch();
      channel.off('internalMessage', receive);
    },
  };
}

/** What both ends have: a process, or the one that it has started. */
interface End {
  readonly connected: boolean;
  send?(message: unknown, handle: undefined, options: undefined, sent: (error: Error | null) => void): boolean;
}

function deliver(end: End, message: Message, sent: () => void = () => undefined): boolean {
  try {
    if (end.connected && end.send) {
      // an application that wraps it may hand nothing back
      const hasRoom: unknown = end.send({ cmd: CMD, message }, undefined, undefined, () => {
        sent();
      });
      return hasRoom !== false;
    }
  } catch {
    // it is closed
  }
  sent();
  return true;
}

function receiver(listener: Pick<WorkerListener, 'message'>): (envelope: unknown) => void {
  return (envelope) => {
    if (typeof envelope !== 'object' || envelope === null || !('cmd' in envelope) || envelope.cmd !== CMD) return;
    if ('message' in envelope && isMessage(envelope.message)) listener.message(envelope.message);
  };
}
