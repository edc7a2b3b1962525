import { readFileSync, readdirSync } from 'node:fs';

interface Status {
  readonly parent: number;
  readonly state: string;
}

/** Process ids of the children that a process has now. Linux only. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && statusOf(Number(entry))?.parent === pid)
    .map(Number);
}

/** Whether a process is there and not only waits to be forgotten. */
export function isRunning(pid: number): boolean {
  const status = statusOf(pid);
  return status !== undefined && status.state !== 'Z';
}

function statusOf(pid: number): Status | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
