import { parseArgs } from 'node:util';

export const USAGE = `usage: node examples/fleet/run.mjs [options]

  --processes N    of the service; default 8
  --clients N      processes of clients; default 2
  --rate N         messages a second, of all clients together; default 800
  --interval N     seconds between two pushes of a process; default 2
  --seconds N      ends then; default: at Ctrl-C
  --collector URL  one that runs already, such as http://127.0.0.1:4318; then the store too
  --store URL      the VictoriaMetrics or Prometheus behind it, such as http://127.0.0.1:9090
  --help

On a terminal: c kills or starts the collector, s the store, r replaces a process.`;

/** Least value and default of each. */
const NUMBERS = {
  processes: { least: 1, otherwise: 8, isWhole: true },
  clients: { least: 1, otherwise: 2, isWhole: true },
  rate: { least: 1, otherwise: 800, isWhole: false },
  interval: { least: 0.1, otherwise: 2, isWhole: false },
  seconds: { least: 1, otherwise: Infinity, isWhole: false },
};

/**
 * Reads the command line.
 *
 * @param {string[]} args
 * @returns {{ help: boolean, processes: number, clients: number, rate: number, interval: number, seconds: number,
 *   collector?: string, store?: string }}
 * @throws {Error} with what is wrong
 */
export function readOptions(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, text])),
      collector: text,
      store: text,
      help: { type: 'boolean' },
    },
  });
  const { help = false, collector, store } = /** @type {{ help?: boolean, [name: string]: any }} */ (values);
  for (const url of [collector, store]) {
    if (url !== undefined && !URL.canParse(url)) throw new Error(`${url}: not a URL`);
  }
  if ((collector === undefined) !== (store === undefined)) throw new Error('--collector and --store go together');
  const numbers = Object.entries(NUMBERS).map(([name, { least, otherwise, isWhole }]) => {
    const value = values[name] === undefined ? otherwise : Number(values[name]);
    if (value >= least && (!isWhole || Number.isInteger(value))) return [name, value];
    throw new Error(`--${name} ${values[name]}: not a ${isWhole ? 'whole ' : ''}number from ${least} on`);
  });
  return { help, collector, store, ...Object.fromEntries(numbers) };
}
