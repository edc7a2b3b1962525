import { DOCUMENT, settingsBelow } from '../../src/config/settings.ts';
import type { Setting } from '../../src/config/settings.ts';

/** The README's table of the configuration: a row for each key that has a value. */
export function configTable(): string {
  const rows = [...settingsBelow(DOCUMENT)].filter(
    ([path, setting]) => setting.kind !== 'section' && path.at(-1) !== '*',
  );
  const lines = rows.map(([path, setting]) => {
    const key = path.join('.').replaceAll('.*', '[]');
    return `| \`${key}\` | ${defaultOf(setting)} | ${meaningOf(setting)} |\n`;
  });
  return `| key | default | meaning |\n| --- | --- | --- |\n${lines.join('')}`;
}

function defaultOf({ byDefault, required, notes }: Setting): string {
  if (required) return 'required';
  if (notes.otherwise !== undefined) return notes.otherwise;
  if (byDefault === undefined) return 'none';
  return `\`${typeof byDefault === 'string' ? byDefault : JSON.stringify(byDefault)}\``;
}

function meaningOf({ description, expected, options }: Setting): string {
  const [, min, max] = /^a (?:whole )?number from (\S+) to (\d+)/.exec(expected) ?? [];
  const range = min === undefined || max === undefined ? '' : `; ${rangeOf(min, max)}`;
  const words = options?.map((option) => `\`${option}\``).join(' ');
  return `${description}${range}${words === undefined ? '' : `: ${words}`}`;
}

function rangeOf(min: string, max: string): string {
  return Number(max) === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
}
