// Live percentiles against exact ones. Nothing here is noisy: the same numbers on every machine.
import bucketsModule from '../../../dist/catalog/buckets.js';
import layoutModule from '../../../dist/recording/bucket-layout.js';
import cellsModule from '../../../dist/recording/cells.js';
import quantileModule from '../../../dist/recording/quantile.js';
import { random } from '../values.mjs';

const SAMPLES = 20_000;
const SCALES = 40;
const SMALLEST = 1e-5;
const LARGEST = 100;
const QUANTILES = [0.5, 0.9, 0.95, 0.99];
const layout = new layoutModule.BucketLayout(bucketsModule.DURATION_BUCKETS);

/** Each draws one value; 1 is the middle of the distribution. */
const DISTRIBUTIONS = {
  'lognormal σ 0.25': (next) => Math.exp(0.25 * normal(next)),
  'lognormal σ 0.5': (next) => Math.exp(0.5 * normal(next)),
  'lognormal σ 1': (next) => Math.exp(normal(next)),
  'bimodal 1 : 10': (next) => (next() < 0.7 ? 1 : 10) * Math.exp(0.1 * normal(next)),
  'bimodal 1 : 100': (next) => (next() < 0.97 ? 1 : 100) * Math.exp(0.2 * normal(next)),
  'Pareto α 1.5': (next) => (1 - next()) ** (-1 / 1.5),
  'uniform 0 to 2': (next) => 2 * next(),
  'uniform 0.9 to 1.1': (next) => 0.9 + 0.2 * next(),
  exponential: (next) => -Math.log(1 - next()),
  constant: () => 1,
};

/** What becomes of a value beyond the range. */
const BOUNDARIES = {
  'drawn again': (value, draw) => {
    let inside = value;
    while (!isInside(inside)) inside = draw();
    return inside;
  },
  // a heap of equal values at the end of the range, such as a timeout makes: it shares its bucket with others
  'moved to the nearest end': (value) => Math.min(LARGEST, Math.max(SMALLEST, value)),
};

/** The figures are the worst of all errors, not their median. */
export function measure() {
  return Object.entries(BOUNDARIES).map(([how, keepInside], index) => {
    const errors = errorsFor(keepInside).sort((a, b) => a.error - b.error);
    const at = (q) => errors[Math.floor(q * (errors.length - 1))];
    const percent = ({ error }) => `${(error * 100).toFixed(1)} %`;
    return {
      what: `live percentile, worst error; values beyond the range ${how}`,
      against: `the exact one; p50 p90 p95 p99 of ${Object.keys(DISTRIBUTIONS).length} distributions × ${SCALES} scales`,
      median: at(1).error,
      low: at(0).error,
      high: at(1).error,
      rounds: errors.length,
      target: index === 0 ? 0.05 : undefined,
      detail: `worst ${percent(at(1))}, ${at(1).where}; median ${percent(at(0.5))}, 95 % below ${percent(at(0.95))}`,
    };
  });
}

function errorsFor(keepInside) {
  const errors = [];
  for (const [name, distribution] of Object.entries(DISTRIBUTIONS)) {
    for (let scale = 0; scale < SCALES; scale++) {
      const middle = SMALLEST * (LARGEST / SMALLEST) ** ((scale + 0.5) / SCALES);
      const next = random(1 + scale);
      const draw = () => middle * distribution(next);
      const values = Float64Array.from({ length: SAMPLES }, () => keepInside(draw(), draw));
      for (const [q, error] of errorsOf(values)) {
        errors.push({ error, where: `p${q * 100} of ${name} around ${middle.toPrecision(3)} s` });
      }
    }
  }
  return errors;
}

function isInside(value) {
  return value >= SMALLEST && value <= LARGEST;
}

function errorsOf(values) {
  const cell = new cellsModule.HistogramCell(layout);
  for (const value of values) cell.record(value);
  const sorted = values.sort();
  return QUANTILES.map((q) => {
    const exact = sorted[Math.ceil(q * sorted.length) - 1];
    const live = quantileModule.quantile(layout, cell.counts, cell.count, q, cell.min, cell.max);
    return [q, Math.abs(live - exact) / exact];
  });
}

function normal(next) {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
