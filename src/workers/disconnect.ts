/** What is used of `process`. */
export interface ConnectedProcess {
  connected: boolean;
  readonly channel?: unknown;
  disconnect?(): void;
}

export interface OnDisconnect {
  /** Whether Node.js closes the channel itself, once the servers of this worker are closed. */
  readonly isDraining: () => boolean;
  /** Called at once before the channel is closed; must not throw. */
  readonly ending: () => void;
}

/**
 * Tells before `process.disconnect()` closes the channel, whoever calls it: the application, or Node.js at the end of
 * `worker.disconnect()` and `worker.kill()`.
 *
 * @returns stops telling; the application may have wrapped `disconnect` meanwhile
 */
export function onDisconnect(host: ConnectedProcess, { isDraining, ending }: OnDisconnect): () => void {
  const original = host.disconnect;
  if (typeof original !== 'function') return () => undefined;
  let isOver = false;
  const disconnect = (): void => {
    if (!isOver) ending();
    original.call(host);
  };
  void isDraining;
  host.disconnect = disconnect;
  return () => {
    isOver = true;
    if (host.disconnect === disconnect) host.disconnect = original;
  };
}
