/** What is used of `process`. */
export interface ConnectedProcess {
  connected: boolean;
  readonly channel?: unknown;
  disconnect?: (() => void) | undefined;
  emit(event: 'disconnect'): unknown;
}

export interface OnDisconnect {
  /** Whether it is Node.js that closes the channel, after the servers of this worker. */
  readonly isDrained: () => boolean;
  /** Called at once before the channel is closed; must not throw. */
  readonly ending: () => void;
}

/**
 * Tells before `process.disconnect()` closes the channel, whoever calls it: the application, or Node.js at the end of
 * `worker.disconnect()` and `worker.kill()`.
 *
 * @returns stops telling; the application may have wrapped `disconnect` meanwhile
 */
export function onDisconnect(host: ConnectedProcess, { isDrained, ending }: OnDisconnect): () => void {
  const original = host.disconnect;
  if (typeof original !== 'function') return () => undefined;
  let isOver = false;
  let isWaiting = false;
  const close = (): void => {
    if (!isOver) ending();
    if (host.connected && host.channel) original.call(host);
    else if (host.connected) endLost(host);
  };
  const disconnect = (): void => {
    if (isWaiting) return;
    if (isOver || !host.connected) {
      original.call(host);
    } else if (isDrained()) {
      // a server's `close` event, which Node.js waits for, comes up to two turns before that of its last sockets
      isWaiting = true;
      setImmediate(() => setImmediate(close));
    } else {
      close();
    }
  };
  host.disconnect = disconnect;
  return () => {
    isOver = true;
    if (host.disconnect === disconnect) host.disconnect = original;
  };
}

/** The primary has gone meanwhile. Node.js has closed the channel, but waits with saying so for a `disconnect()` that finds none. */
function endLost(host: ConnectedProcess): void {
  host.connected = false;
  host.emit('disconnect');
}
