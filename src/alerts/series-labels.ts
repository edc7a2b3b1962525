import { labelName } from '../catalog/prometheus-name.ts';

/** Label names with their values, none of them empty: an empty label is none. */
export type Labels = Readonly<Record<string, string>>;

/**
 * The attributes of a series as labels, under the names that Prometheus gives them.
 *
 * Where two keys become one name, their values are joined by `;` in the order of the keys, as on the scrape page.
 */
export function seriesLabels(attributes: Readonly<Record<string, string | boolean>>): Labels {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const name = labelName(key);
    const value = String(attributes[key]);
    if (name === null || value === '') continue;
    const before = labels.get(name);
    labels.set(name, before === undefined ? value : `${before};${value}`);
  }
  return Object.fromEntries(labels);
}

/**
 * Adds the labels of a series to those of an alert. A name that the alert has already keeps the alert's value; the series'
 * goes under `exported_…`, as Prometheus does it, so that series stay apart.
 */
export function joinLabels(own: Labels, series: Labels): Labels {
  const joined = new Map(Object.entries(own).filter(([, value]) => value !== ''));
  for (const [name, value] of Object.entries(series)) {
    let free = name;
    while (joined.has(free) || (free !== name && Object.hasOwn(series, free))) free = `exported_${free}`;
    joined.set(free, value);
  }
  return Object.freeze(Object.fromEntries(joined));
}
