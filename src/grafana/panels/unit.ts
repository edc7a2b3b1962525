import type { MetricSpec } from '../../catalog/metric.ts';

/** UCUM's units that Grafana has too. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['d', 'd'],
  ['h', 'h'],
  ['min', 'm'],
  ['s', 's'],
  ['ms', 'ms'],
  ['us', 'µs'],
  ['ns', 'ns'],
  ['By', 'bytes'],
  ['KiBy', 'kbytes'],
  ['MiBy', 'mbytes'],
  ['GiBy', 'gbytes'],
  ['TiBy', 'tbytes'],
  ['KBy', 'deckbytes'],
  ['kBy', 'deckbytes'],
  ['MBy', 'decmbytes'],
  ['GBy', 'decgbytes'],
  ['TBy', 'dectbytes'],
  ['m', 'lengthm'],
  ['V', 'volt'],
  ['A', 'amp'],
  ['J', 'joule'],
  ['W', 'watt'],
  ['g', 'massg'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
]);

/** Per second, where Grafana has a unit for that. */
const RATES: ReadonlyMap<string, string> = new Map([
  ['bytes', 'binBps'],
  ['kbytes', 'KiBs'],
  ['mbytes', 'MiBs'],
  ['gbytes', 'GiBs'],
  ['tbytes', 'TiBs'],
  ['deckbytes', 'KBs'],
  ['decmbytes', 'MBs'],
  ['decgbytes', 'GBs'],
  ['dectbytes', 'TBs'],
]);

/** What Grafana calls a metric's unit; `short`, a plain number, where it has none. */
export function grafanaUnit({ unit }: Pick<MetricSpec, 'unit'>): string {
  return unit.endsWith('/s') ? grafanaRateUnit({ unit: unit.slice(0, -'/s'.length) }) : (UNITS.get(unit) ?? 'short');
}

/** What Grafana calls a metric's unit per second: `ops` of what is counted, `short` where it has none. */
export function grafanaRateUnit(metric: Pick<MetricSpec, 'unit'>): string {
  const unit = grafanaUnit(metric);
  return RATES.get(unit) ?? (unit === 'short' ? 'ops' : 'short');
}
