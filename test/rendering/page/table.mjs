import { element, notice } from './element.mjs';
import { colourOf, mapped, optionsFor, thresholdColour } from './fields.mjs';
import { format } from './units.mjs';

/** Each query gives a table: time, labels, value. Transformations make one of them. */
export function drawTable(body, drawn) {
  let tables = drawn.queries.map(({ refId, series }) =>
    series.map(({ labels, points }) => ({
      Time: points.at(-1)[0],
      ...labels,
      [drawn.queries.length > 1 ? `Value #${refId}` : 'Value']: points.at(-1)[1],
    })),
  );
  for (const transformation of drawn.panel.transformations ?? []) tables = transformed(tables, transformation);
  const [rows = []] = tables;
  if (tables.length > 1) body.append(notice(`${tables.length} tables, of which only one can be seen`));
  if (rows.length === 0) return void body.append(notice(drawn.panel.fieldConfig.defaults.noValue ?? 'No data'));
  const columns = columnsOf(drawn, rows);
  sort(rows, drawn.panel.options?.sortBy);
  const head = element('tr', '', ...columns.map(({ name }) => element('th', '', name)));
  body.append(
    element(
      'table',
      'cells',
      head,
      ...rows.map((row) => element('tr', '', ...columns.map((column) => cell(row, column)))),
    ),
  );
  body.classList.add('scrolls');
}

function columnsOf(drawn, rows) {
  return [...new Set(rows.flatMap(Object.keys))]
    .map((key) => {
      const options = optionsFor(drawn.panel.fieldConfig, { name: key });
      return { key, name: options.displayName ?? key, options };
    })
    .filter(({ options }) => options.custom.hidden !== true);
}

function cell(row, { key, options }) {
  const value = row[key];
  const isNumber = typeof value === 'number';
  const said = mapped(value ?? null, options.mappings);
  const plain = isNumber ? format(value, options.unit, options.decimals) : (value ?? '');
  const made = element('td', isNumber ? 'number' : options.links ? 'link' : '', said?.text ?? plain);
  const { type = 'auto' } = options.custom.cellOptions ?? {};
  // a text has the colour that a mapping gives it, and no other
  const colour = said?.color ? colourOf(said.color) : isNumber ? thresholdColour(value, options) : undefined;
  if (colour && type === 'color-background') {
    made.style.background = colour;
    if (colour !== 'transparent') made.style.color = '#111217';
  } else if (colour && type === 'color-text') made.style.color = colour;
  if (options.custom.width) made.style.width = `${options.custom.width}px`;
  return made;
}

function sort(rows, sortBy = []) {
  for (const { displayName, desc } of sortBy) {
    rows.sort(
      (a, b) => (desc ? -1 : 1) * (a[displayName] > b[displayName] ? 1 : a[displayName] < b[displayName] ? -1 : 0),
    );
  }
}

function transformed(tables, { id, options = {} }) {
  if (id === 'merge') return [merged(tables)];
  if (id === 'joinByField') return [joined(tables, options.byField)];
  if (id === 'organize') return tables.map((rows) => rows.map((row) => organized(row, options)));
  throw new Error(`the transformation ${id} is not known here`);
}

/** Rows that agree in all columns that they share are one. */
function merged(tables) {
  const rows = [];
  for (const row of tables.flat()) {
    const same = rows.find((other) => Object.keys(row).every((key) => !(key in other) || other[key] === row[key]));
    if (same) Object.assign(same, row);
    else rows.push({ ...row });
  }
  return rows;
}

function joined(tables, field) {
  const rows = new Map();
  for (const row of tables.flat()) rows.set(row[field], { ...row, ...rows.get(row[field]) });
  return [...rows.values()];
}

function organized(row, { excludeByName = {}, renameByName = {}, indexByName = {} }) {
  const keys = Object.keys(row).filter((key) => !excludeByName[key]);
  keys.sort((a, b) => (indexByName[a] ?? 999) - (indexByName[b] ?? 999));
  return Object.fromEntries(keys.map((key) => [renameByName[key] || key, row[key]]));
}
