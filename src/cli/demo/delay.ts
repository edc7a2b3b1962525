import { setTimeout as sleep } from 'node:timers/promises';

/** One in so many takes ten times as long. */
const SLOW_ONE_IN = 100;
const LONGEST_MS = 400;

/** Takes as long as a call to another system might: log-normal around the median, now and then much longer. */
export async function simulateCall(medianMs: number): Promise<void> {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const slow = Math.random() * SLOW_ONE_IN < 1 ? 10 : 1;
  await sleep(Math.min(LONGEST_MS, medianMs * slow * Math.exp(0.6 * normal)));
}
