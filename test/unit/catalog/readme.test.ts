import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOG } from '../../../src/catalog/index.ts';
import { prometheusName } from '../../../src/catalog/prometheus-name.ts';

const README = join(__dirname, '../../../README.md');
const BEGIN = '<!-- metrics: generated from src/catalog -->\n';
const END = '<!-- /metrics -->';

const KINDS = { counter: 'counter', gauge: 'gauge', histogram: 'histogram', up_down_counter: 'up-down counter' };

const rows = CATALOG.map(({ name, kind, unit, attributes, description }) => {
  const spelled = prometheusName(name, unit, kind)?.name ?? '';
  const keys = attributes.map(({ key }) => `\`${key}\``).join(' ');
  return `| \`${name}\`<br>\`${spelled}\` | ${KINDS[kind]} · \`${unit}\` | ${keys} | ${description} |\n`;
});
const table = `| metric, in Prometheus | kind · unit | attributes | |\n| --- | --- | --- | --- |\n${rows.join('')}`;

// UPDATE_README=1 npx jest readme
it('lists every metric of the catalogue in the README, as it is', () => {
  const text = readFileSync(README, 'utf8');
  const begin = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END);
  if (process.env['UPDATE_README'] === '1') writeFileSync(README, text.slice(0, begin) + table + text.slice(end));
  else expect(text.slice(begin, end)).toBe(table);
});
