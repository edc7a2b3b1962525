import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** Waits until `condition` holds; fails after `deadlineMs`, naming `what`. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 5000,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`waited ${deadlineMs} ms for ${what}`);
    await sleep(POLL_MS);
  }
}
