// telemetry-dashboard, called as an application calls it. Each case gives a loop over `calls` records.
import { initializeTelemetryDashboard } from '../../../dist/index.js';
import { BOUNDS, MASK, MILLISECONDS, SECONDS, SIZES, TYPES } from '../values.mjs';

export const dashboard = await initializeTelemetryDashboard();
const labels = ['region', 'kind'];
const histogram = dashboard.prometheus.histogram('bench.duration', { unit: 's', attributes: labels, buckets: BOUNDS });
const counter = dashboard.prometheus.counter('bench.count', { attributes: labels });

export const cases = {
  recordLatency: (calls) => {
    for (let i = 0; i < calls; i++) dashboard.recordLatency(MILLISECONDS[i & MASK]);
  },
  recordMessage: (calls) => {
    for (let i = 0; i < calls; i++)
      dashboard.recordMessage((i & 4) === 0 ? 'incoming' : 'outgoing', SIZES[i & MASK], TYPES[i & 3]);
  },
  boundHistogram: histogramCase(histogram.bind({ region: 'eu', kind: 'chat' })),
  unboundHistogram: (calls) => {
    for (let i = 0; i < calls; i++) histogram.record(SECONDS[i & MASK], { region: 'eu', kind: TYPES[i & 3] });
  },
  boundCounter: counterCase(counter.bind({ region: 'eu', kind: 'chat' })),
};

function histogramCase(bound) {
  return (calls) => {
    for (let i = 0; i < calls; i++) bound.record(SECONDS[i & MASK]);
  };
}

function counterCase(bound) {
  return (calls) => {
    for (let i = 0; i < calls; i++) bound.add(SIZES[i & MASK]);
  };
}
