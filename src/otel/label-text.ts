import { labelName } from '../catalog/prometheus-name.ts';

/** Attributes of a data point, as the SDK hands them out. */
export type PointAttributes = Readonly<Record<string, unknown>>;

// Data points of one series keep their attributes object from one collection to the next.
const texts = new WeakMap<PointAttributes, string>();

/**
 * The labels of a series as they stand between the braces, sorted by name; empty without any. Cached for each attributes object.
 *
 * Where two keys become one label name, their values are joined by `;` in the order of the keys, as the OpenTelemetry
 * specification asks. Keys of which nothing valid is left are omitted.
 */
export function labelText(attributes: PointAttributes): string {
  let text = texts.get(attributes);
  if (text === undefined) texts.set(attributes, (text = format(attributes)));
  return text;
}

/** As {@link labelText}, with the label `le` moved out of the way of a histogram's own. Not cached. */
export function bucketLabelText(attributes: PointAttributes): string {
  if (!Object.hasOwn(attributes, 'le')) return labelText(attributes);
  const { le, ...others } = attributes;
  return format({ ...others, exported_le: le });
}

function format(attributes: PointAttributes): string {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const name = labelName(key);
    if (name === null) continue;
    const value = valueText(attributes[key]);
    const before = labels.get(name);
    labels.set(name, before === undefined ? value : `${before};${value}`);
  }
  return [...labels]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${escapeValue(value)}"`)
    .join(',');
}

function valueText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function escapeValue(value: string): string {
  return /[\\\n"]/.test(value) ? value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"') : value;
}
