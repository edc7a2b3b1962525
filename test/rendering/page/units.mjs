// Values as Grafana writes them, as far as the dashboards use its units. An unknown unit is written out, to be seen.

const TIMES = [
  [1e-6, 1e-9, 'ns'],
  [1e-3, 1e-6, 'µs'],
  [1, 1e-3, 'ms'],
  [60, 1, 's'],
  [3600, 60, 'mins'],
  [86_400, 3600, 'hours'],
  [Infinity, 86_400, 'days'],
];
const SI = ['', 'K', 'Mil', 'Bil', 'Tri'];
const SI_RATE = ['', 'K', 'M', 'B', 'T'];
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB'];
const RATES = { ops: 'ops/s', reqps: 'req/s', cps: 'c/s', eps: 'ev/s', mps: 'msg/s', rps: 'rd/s', wps: 'wr/s' };

export function format(value, unit = '', decimals = undefined) {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (unit.startsWith('suffix:')) return `${round(value, decimals)} ${unit.slice('suffix:'.length).trim()}`;
  if (unit in RATES) {
    const [number, scale] = scaled(value, 1000, SI_RATE);
    return `${round(number, decimals)}${scale ? ` ${scale} ` : ' '}${RATES[unit]}`;
  }
  switch (unit) {
    case '':
    case 'none':
      return round(value, decimals);
    case 'string':
      return String(value);
    case 'short': {
      const [number, scale] = scaled(value, 1000, SI);
      return `${round(number, decimals)}${scale ? ` ${scale}` : ''}`;
    }
    case 'locale':
      return value.toLocaleString('en-US', decimals === undefined ? {} : { maximumFractionDigits: decimals });
    case 's':
    case 'ms':
    case 'dtdurations':
      return time(unit === 'ms' ? value / 1000 : value, decimals);
    case 'bytes':
    case 'binBps':
      return withScale(scaled(value, 1024, BINARY), decimals) + (unit === 'binBps' ? '/s' : '');
    case 'decbytes':
    case 'Bps':
      return withScale(scaled(value, 1000, DECIMAL), decimals) + (unit === 'Bps' ? '/s' : '');
    case 'percent':
      return `${round(value, decimals)}%`;
    case 'percentunit':
      return `${round(value * 100, decimals)}%`;
    case 'dateTimeAsIso':
      return new Date(value).toISOString().slice(0, 19).replace('T', ' ');
    default:
      return `${round(value, decimals)} [unit ${unit}]`;
  }
}

function time(seconds, decimals) {
  const [, size, name] = TIMES.find(([below]) => Math.abs(seconds) < below);
  return seconds === 0 ? '0 s' : `${round(seconds / size, decimals)} ${name}`;
}

function scaled(value, base, names) {
  let number = value;
  let index = 0;
  while (Math.abs(number) >= base && index < names.length - 1) {
    number /= base;
    index++;
  }
  return [number, names[index]];
}

function withScale([number, scale], decimals) {
  return `${round(number, decimals)} ${scale}`;
}

/** With about three digits that count, unless told otherwise. */
function round(value, decimals) {
  if (decimals !== undefined && decimals !== null) return value.toFixed(decimals);
  if (value === 0) return '0';
  const places = Number.isInteger(value) ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(places, 8))));
}
