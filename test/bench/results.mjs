// test/bench/RESULTS.json and .md: figures measured at different times, each with the machine it was measured on.
import { isDeepStrictEqual } from 'node:util';
import { table } from './table.mjs';

/**
 * @typedef {object} Run
 * @property {Record<string, string>} machine
 * @property {({ figure: string } & (import('./table.mjs').Row | import('./table.mjs').LeftOut))[]} rows
 */

/**
 * Puts a run in the place of what was measured before: figures that are not in it stay as they are, with their machine.
 *
 * @param {readonly Run[]} runs
 * @param {Run} run
 * @returns {Run[]} those on the same machine at the same day are one; the latest is the last
 */
export function merged(runs, run) {
  const measured = new Set(run.rows.map(({ figure }) => figure));
  const kept = runs.map(({ machine, rows }) => ({ machine, rows: rows.filter(({ figure }) => !measured.has(figure)) }));
  const isSame = ({ machine }) => isDeepStrictEqual(machine, run.machine);
  const before = kept.filter(isSame).flatMap(({ rows }) => rows);
  return [
    ...kept.filter((other) => !isSame(other) && other.rows.length > 0),
    { ...run, rows: [...before, ...run.rows] },
  ];
}

/** @param {readonly Run[]} runs */
export function markdown(runs) {
  const about =
    'Written by `npm run bench -- --write`, figures of one kind with `--only` (`--only cluster --write`): the others stay. Medians of interleaved rounds; without a unit, a ratio to the baseline of the same round.';
  const sections = runs.map(({ machine, rows }) => {
    const names = [...new Set(rows.map(({ figure }) => figure))].join(', ');
    const facts = Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`);
    return `## ${machine.date}: ${names}\n\n${facts.join('\n')}\n\n${table(rows)}`;
  });
  return `# Benchmark results\n\n${about}\n\n${sections.join('\n')}`;
}
