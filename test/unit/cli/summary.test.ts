import { summarize, summarizeInLine } from '../../../src/cli/summary.ts';
import type { RealtimeMetrics } from '../../../src/index.ts';

const none = { count: 0, avg: null, min: null, max: null, p50: null, p95: null, p99: null };
const nothing: RealtimeMetrics = {
  timestamp: '2026-01-01T00:00:00.000Z',
  uptimeSeconds: 125,
  windowSeconds: 60,
  connections: { active: 0, idle: 0, total: 0, opened: 0 },
  latency: { source: 'handler', ...none },
  roundTrip: none,
  messages: { incoming: 0, outgoing: 0, total: 0, perSecond: 0 },
  bandwidth: { incoming: 0, outgoing: 0, total: 0, perSecond: 0 },
  errors: { total: 0, byComponent: {}, rate: null },
  sessions: { active: 0, total: 0 },
  queues: {},
  resources: { memoryBytes: null, memoryPercent: null, cpuPercent: null },
  alerts: [],
};
const times = { count: 9, avg: 7.43, min: 0.0047, max: 262, p50: 2.85, p95: 25.4, p99: 49.8 };

const textOf = (metrics: RealtimeMetrics, label: string, columns = 66): string | undefined =>
  summarize(metrics, columns).find((row) => row.label === label)?.text;

describe('summarize', () => {
  it('says what window the figures are of', () => {
    expect(textOf(nothing, 'running')).toBe('2 min 05 s; rates and times over the last 1 min 00 s');
  });

  it('puts figures into columns, as many as fit', () => {
    const metrics = { ...nothing, latency: { source: 'app' as const, ...times } };
    expect(textOf(metrics, 'latency', 66)).toBe('p50 2.85 ms    p95 25.4 ms    p99 49.8 ms    avg 7.43 ms');
    expect(textOf(metrics, 'latency', 106)).toMatch(/avg 7\.43 ms {4}max 262 ms {5}min 4\.70 µs$/);
    expect(textOf(metrics, 'latency', 20)).toBe('p50 2.85 ms');
  });

  it('names the components with most errors first', () => {
    const metrics = { ...nothing, errors: { total: 5, byComponent: { auth: 1, storage: 4 }, rate: 0.0043 } };
    expect(textOf(metrics, 'errors')).toBe('5 total        0.43 % of messages');
    expect(textOf(metrics, '')).toBe('storage 4  auth 1');
  });

  it('shows what is not known as a dash, not as zero', () => {
    expect(textOf(nothing, 'round trip', 30)).toBe('p50 –          p95 –');
    expect(textOf(nothing, 'process')).toBe('–              CPU –          – of memory');
  });
});

const alert = {
  name: 'high_latency',
  severity: 'warning',
  state: 'firing',
  since: '2026-01-01T00:00:00.000Z',
  value: 1520,
  threshold: 1000,
  unit: 'ms',
  labels: { source: 'app' },
} as const;

describe('alerts', () => {
  it('come first, each in a row', () => {
    const alerts = [
      alert,
      { ...alert, name: 'no_traffic', state: 'pending', severity: 'critical', labels: {} },
    ] as const;
    expect(summarize({ ...nothing, alerts }, 66).slice(0, 2)).toEqual([
      { label: 'warning', text: 'high_latency firing: 1.52 s, threshold 1.00 s (source app)' },
      { label: 'critical', text: 'no_traffic pending: 1.52 s, threshold 1.00 s' },
    ]);
  });

  it('that fire are named in the line', () => {
    const alerts = [
      alert,
      { ...alert, labels: { source: 'handler' } },
      { ...alert, name: 'x', state: 'resolved' },
    ] as const;
    expect(summarizeInLine({ ...nothing, alerts })).toMatch(/ \| firing: high_latency$/);
  });
});

describe('summarizeInLine', () => {
  it('is one line', () => {
    expect(summarizeInLine(nothing)).toMatch(
      /^2 min 05 s \| 0 open \| 0\/s \(in 0, out 0\) \| 0 B\/s \| p50 –, p99 – \|[^\n]*$/,
    );
  });
});
