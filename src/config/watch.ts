import { statSync, unwatchFile, watchFile } from 'node:fs';

/** Tells one state of a file from another; empty where it is not there. */
export function fileState(path: string): string {
  const { mtimeMs, size, ino } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return mtimeMs === undefined ? '' : `${mtimeMs} ${size} ${ino}`;
}

/**
 * Calls `onChange` after each change of a file since it was `seen`, its replacement and removal too. It looks at the file again and again: that sees what
 * file-system events do not tell of, such as a Kubernetes ConfigMap or a network drive. Does not keep the process alive.
 *
 * @param seen its {@link fileState} before it was read
 * @returns stops it
 */
export function watchConfigFile(path: string, seen: string, intervalMs: number, onChange: () => void): () => void {
  const listener = (): void => {
    onChange();
  };
  watchFile(path, { interval: intervalMs, persistent: false }, listener);
  // what changes before Node.js has had its own first look, which is not at once, it never tells of
  const early = setTimeout(() => {
    if (stateNow(path) !== seen) onChange();
  }, intervalMs).unref();
  return () => {
    clearTimeout(early);
    unwatchFile(path, listener);
  };
}

/** A file that cannot be looked at is one that changed: reading it says why. */
function stateNow(path: string): string | undefined {
  try {
    return fileState(path);
  } catch {
    return undefined;
  }
}
