// node test/bench/run.mjs [--only NAME]… [--rounds N] [--json FILE] [--write]
//
// Measures against a baseline in the same run and prints one table. A missed target is a result, not a failure: the exit code is 0.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { met, table } from './table.mjs';

const FIGURES = ['recording', 'allocation', 'echo', 'echo-sizes', 'scrape', 'percentiles', 'memory', 'otlp', 'cluster'];

/** Measured only when named: they need the servers of the stack tests on the PATH. */
const WITH_SERVERS = ['otlp-servers'];
const ALL = [...FIGURES, ...WITH_SERVERS];

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

const text = table(rows);
process.stdout.write(text);
const environment = machine();
const json = `${JSON.stringify({ machine: environment, rows }, null, 2)}\n`;
if (options.json) writeFileSync(options.json, json);
if (options.write) {
  const facts = Object.entries(environment).map(([name, value]) => `- ${name}: ${value}`);
  const markdown = `# Benchmark results\n\nWritten by \`npm run bench -- --write\`. Medians of interleaved rounds; without a unit, a ratio to the baseline of the same round.\n\n${facts.join('\n')}\n\n${text}`;
  writeFileSync(new URL('RESULTS.md', import.meta.url), markdown);
  writeFileSync(new URL('RESULTS.json', import.meta.url), json);
}
