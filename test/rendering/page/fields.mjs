// Series of queries as named fields with their options: defaults, and what overrides say.

const PALETTE = [
  ...['#73BF69', '#F2CC0C', '#8AB8FF', '#FF780A', '#F2495C', '#5794F2', '#B877D9', '#705DA0', '#37872D', '#FADE2A'],
  ...['#447EBC', '#C15C17', '#890F02', '#0A437C', '#6D1F62', '#584477', '#B7DBAB', '#F4D598', '#70DBED', '#F9BA8F'],
];
const NAMED = {
  green: '#73BF69',
  yellow: '#FADE2A',
  red: '#F2495C',
  orange: '#FF9830',
  blue: '#5794F2',
  purple: '#B877D9',
  text: '#ccccdc',
  transparent: 'transparent',
};
const SHADES = { 'super-light': 1.35, light: 1.2, 'semi-dark': 0.85, dark: 0.7 };

export function colourOf(name) {
  if (name in NAMED) return NAMED[name];
  const [, shade, plain] = /^(super-light|light|semi-dark|dark)-(\w+)$/.exec(name) ?? [];
  return plain in NAMED ? `color-mix(in srgb, ${NAMED[plain]} ${SHADES[shade] * 100}%, black)` : name;
}

/** All series of a panel, hidden ones left out, each with its name, options and colour. */
export function fieldsOf({ panel, queries }) {
  const fields = queries.flatMap((query) =>
    query.series.map((series) => {
      const name = seriesName(query, series.labels);
      const options = optionsFor(panel.fieldConfig, { name, refId: query.refId });
      return { ...series, refId: query.refId, kind: query.kind, name: options.displayName ?? name, options };
    }),
  );
  return fields.map((field, index) => ({ ...field, colour: seriesColour(field.options.color, index) }));
}

function seriesColour(color = {}, index) {
  if (color.mode === 'fixed') return colourOf(color.fixedColor ?? 'text');
  return PALETTE[index % PALETTE.length];
}

/** `{{label}}` filled in; without a legend all labels, as Grafana writes them. */
function seriesName({ legend }, labels) {
  const { __name__: name = '', ...rest } = labels;
  const all = `${name}{${Object.entries(rest).map(([key, value]) => `${key}="${value}"`)}}`;
  if (legend === '' || legend === '__auto') return all === '{}' ? 'Value' : all;
  return legend.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, label) => labels[label] ?? '');
}

/** The defaults with the overrides whose matcher fits. */
export function optionsFor({ defaults = {}, overrides = [] } = {}, { name, refId }) {
  const options = structuredClone(defaults);
  options.custom ??= {};
  for (const { matcher, properties } of overrides) {
    if (!fits(matcher, name, refId)) continue;
    for (const { id, value } of properties) {
      if (id.startsWith('custom.')) options.custom[id.slice(7)] = value;
      else options[id] = value;
    }
  }
  return options;
}

function fits({ id, options }, name, refId) {
  if (id === 'byName') return options === name;
  if (id === 'byFrameRefID') return options === refId;
  if (id !== 'byRegexp') throw new Error(`the matcher ${id} is not known here`);
  const [, pattern, flags] = /^\/(.*)\/(\w*)$/s.exec(options) ?? [undefined, options, ''];
  return new RegExp(pattern, flags).test(name);
}

export function reduced(points, calc) {
  const values = points.map(([, value]) => value).filter((value) => value !== null && !Number.isNaN(value));
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  switch (calc) {
    case 'lastNotNull':
    case 'last':
      return values.at(-1);
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
    case 'mean':
      return sum / values.length;
    case 'sum':
      return sum;
    default:
      throw new Error(`the calculation ${calc} is not known here`);
  }
}

export const CALC_NAMES = { lastNotNull: 'Last *', last: 'Last', max: 'Max', min: 'Min', mean: 'Mean', sum: 'Total' };

/** The colour of the highest step that the value reaches. */
export function thresholdColour(value, { color = {}, thresholds }) {
  if (color.mode === 'fixed') return colourOf(color.fixedColor ?? 'text');
  const steps = thresholds?.steps ?? [{ color: 'green', value: null }];
  return colourOf(steps.findLast((step) => step.value === null || value >= step.value)?.color ?? 'text');
}

/** What a mapping says for a value, with its colour. */
export function mapped(value, mappings = []) {
  for (const { type, options } of mappings) {
    if (type === 'value' && String(value) in options) return options[String(value)];
    if (type === 'range' && value >= (options.from ?? -Infinity) && value <= (options.to ?? Infinity))
      return options.result;
    if (type === 'special' && options.match.startsWith('null') && value === null) return options.result;
  }
  return undefined;
}
