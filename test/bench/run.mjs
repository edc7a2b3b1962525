// node test/bench/run.mjs [--only NAME]… [--rounds N] [--json FILE] [--write]
//
// Measures against a baseline in the same run and prints one table. A missed target is a result, not a failure: the exit code is 0.
// --write puts what was measured into RESULTS.md and RESULTS.json in the place of the same figures there, and keeps the others.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { markdown, merged } from './results.mjs';
import { met, table } from './table.mjs';

const FIGURES = ['recording', 'allocation', 'echo', 'echo-sizes', 'scrape', 'percentiles', 'memory', 'otlp', 'cluster'];

/** Measured only when named: they need the servers of the stack tests on the PATH. */
const WITH_SERVERS = ['otlp-servers'];
const ALL = [...FIGURES, ...WITH_SERVERS];
const RESULTS_JSON = new URL('RESULTS.json', import.meta.url);

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: FIGURES },
    rounds: { type: 'string' },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = options.rounds === undefined ? undefined : Number(options.rounds);
const wrong = options.only.find((name) => !ALL.includes(name));
if (wrong !== undefined || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
  console.error(`--only takes one of ${ALL.join(', ')}; --rounds a whole number from 1`);
  process.exit(2);
}

const startMs = performance.now();
const rows = [];
for (const name of ALL.filter((figure) => options.only.includes(figure))) {
  const log = (text) =>
    console.error(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s  ${name}: ${text}`);
  log('starts');
  const { measure } = await import(`./figures/${name}.mjs`);
  rows.push(...(await measure({ rounds, log })).map((row) => ({ figure: name, ...row, met: met(row) })));
}

process.stdout.write(table(rows));
const run = { machine: machine(), rows };
if (options.json) writeFileSync(options.json, asJson(run));
if (options.write) {
  const runs = merged(JSON.parse(readFileSync(RESULTS_JSON, 'utf8')).runs, run);
  writeFileSync(RESULTS_JSON, asJson({ runs }));
  writeFileSync(new URL('RESULTS.md', import.meta.url), markdown(runs));
}

function asJson(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
