'use strict';
// observe.cjs THEME…: makes the observations of these themes one after the other, and writes each as a line of JSON.
const { closeAll } = require('./peers.cjs');

const DEADLINE_MS = 10_000;

const plain = (_key, value) => {
  if (value === undefined) return '[undefined]';
  if (typeof value === 'function') return `[function ${value.name}]`;
  return typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : value;
};

async function observe(name, make) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not observed within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  let line;
  try {
    line = { name, value: await Promise.race([make(), late]) };
  } catch (error) {
    line = { name, failure: String(error.stack) };
  }
  clearTimeout(timer);
  await closeAll();
  process.stdout.write(`${JSON.stringify(line, plain)}\n`);
}

/** Messages that the package has counted in this process; none where it is not there. */
function counted() {
  try {
    return require(process.env.DIST_INDEX).getTelemetryDashboard().displayRealtimeMetrics().messages.total;
  } catch {
    return 0;
  }
}

async function main() {
  for (const theme of process.argv.slice(2)) {
    for (const [name, make] of Object.entries(require(`./observations/${theme}.cjs`))) await observe(name, make);
  }
  process.stdout.write(`${JSON.stringify({ counted: counted() })}\n`);
}

void main();
