import { closeLeftovers } from '../support/leftovers.ts';
import { Storm } from './storm.ts';

const STEPS = 10_000;
const QUIET_POINTS = 20;

afterEach(closeLeftovers);

it('counts the open connections as the operating system does, whatever happens to them', async () => {
  const seed = Number(process.env['SOAK_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  say(`seed ${seed} (SOAK_SEED=${seed} gives the same steps)`);
  const startMs = performance.now();
  const storm = await Storm.start(seed);
  let opened = 0;
  try {
    for (let point = 1; point <= QUIET_POINTS; point++) {
      while (storm.steps < (point * STEPS) / QUIET_POINTS) await storm.step();
      const figures = await storm.quiet();
      opened = figures.opened;
      say(
        `${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s  quiet ${point}/${QUIET_POINTS}, step ${storm.steps}: ` +
          `server ${figures.open} open = ${figures.established} established = ${figures.opened} opened − ${figures.closed} closed; ` +
          `clients ${figures.clients.join(' + ')} + raw ${figures.rawUpgraded}; never upgraded ${figures.neverUpgraded}; ` +
          `settled in ${figures.settledMs.toFixed(0)} ms`,
      );
    }
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`seed ${seed}, step ${storm.steps}: ${why}\nthe last steps:\n${storm.history}`);
  }
  say(
    `${opened} connections, ${storm.replaced} processes replaced; gauges read ${storm.readings} times, ${storm.scrapes} scrapes`,
  );
  expect(opened).toBeGreaterThan(STEPS / 10);
}, 600_000);

/** Progress, while it happens: jest would keep what is written to its console. */
function say(line: string): void {
  process.stderr.write(`soak: ${line}\n`);
}
