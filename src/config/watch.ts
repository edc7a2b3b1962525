import { unwatchFile, watchFile } from 'node:fs';

/**
 * Calls `onChange` after each change of a file, its replacement and removal too. It looks at the file again and again: that sees what
 * file-system events do not tell of, such as a Kubernetes ConfigMap or a network drive. Does not keep the process alive.
 *
 * @returns stops it
 */
export function watchConfigFile(path: string, intervalMs: number, onChange: () => void): () => void {
  const listener = (): void => {
    onChange();
  };
  watchFile(path, { interval: intervalMs, persistent: false }, listener);
  return () => {
    unwatchFile(path, listener);
  };
}
