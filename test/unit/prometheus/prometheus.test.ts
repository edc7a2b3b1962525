import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { rulesOf } from '../../../src/alerts/rules.ts';
import { releaseThreshold } from '../../../src/alerts/rule.ts';
import { thresholdBounds } from '../../../src/alerts/threshold-bounds.ts';
import { EXPORTED_DURATIONS } from '../../../src/catalog/buckets.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { prometheusFiles } from '../../../src/prometheus/files.ts';
import { rulesFile } from '../../../src/prometheus/rules-file.ts';
import { seriesValues } from '../../../src/prometheus/rule-tests/series-values.ts';
import { ruleWindow } from '../../../src/prometheus/rule-window.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const EVERYTHING = { alerts: { thresholds: { queue_size_warning: 10, no_traffic_warning_ms: 60_000 } } };

function rules(document: unknown): Rule[] {
  const file = parse(rulesFile(resolveConfig('test', document)).text) as { groups: { rules: Rule[] }[] };
  return file.groups.flatMap((group) => group.rules);
}

const alerts = (document: unknown): Rule[] => rules(document).filter(({ alert }) => alert !== undefined);

describe('the rules', () => {
  it('are the same bytes for the same configuration', () => {
    const texts = [0, 1].map(() => prometheusFiles(resolveConfig('test', EVERYTHING)).files.map(({ text }) => text));
    expect(texts[0]).toEqual(texts[1]);
    for (const text of texts[0] ?? []) expect(text).toMatch(/^# Written by `telemetry-dashboard provision`/);
  });

  it('have an alert for each rule that the process evaluates, with its severity and labels', () => {
    const config = resolveConfig('test', EVERYTHING);
    const own = alerts(EVERYTHING).filter(({ alert }) => !/^fleet_|^instance_down$/.test(alert ?? ''));
    expect(own.map(({ alert, labels }) => ({ alert, labels }))).toEqual(
      rulesOf(config.alerts).map(({ name, severity, rule, labels }) => ({
        alert: name,
        labels: { ...labels, severity, rule },
      })),
    );
  });

  it('take the thresholds and times of the configuration', () => {
    const changed = alerts({
      alerts: {
        latency_threshold_ms: 250,
        for_ms: 1500,
        hysteresis_percent: 20,
        runbook_url: 'https://example.com/{alert}',
      },
    });
    expect(changed[0]).toMatchObject({
      alert: 'high_latency',
      for: '1s500ms',
      annotations: { runbook_url: 'https://example.com/high_latency' },
    });
    expect(changed[0]?.expr).toContain('p95_1m > 0.25\n');
    expect(changed[0]?.expr).toContain('p95_1m > 0.2\n');
  });

  it('do without hysteresis, minimum and keeping where these are 0', () => {
    const [first] = alerts({ alerts: { hysteresis_percent: 0, min_observations: 0, keep_firing_for_ms: 0 } });
    expect(first?.expr).toBe('job_instance:realtime_latency_seconds:p95_1m > 1');
    expect(first).not.toHaveProperty('keep_firing_for');
  });

  it('have no alerts with alerts.enabled false, and none for a threshold of null', () => {
    expect(alerts({ alerts: { enabled: false } })).toEqual([]);
    const thresholds = { high_latency_ms: null, critical_latency_ms: null };
    expect(alerts({ alerts: { thresholds } }).filter(({ alert }) => alert?.endsWith('_latency'))).toEqual([]);
  });

  it('look back over the window, at least over four scrapes', () => {
    const range = (document: unknown): string => ruleWindow(resolveConfig('test', document)).name;
    expect(range({})).toBe('1m');
    expect(range({ prometheus: { scrape_interval_ms: 30_000 } })).toBe('2m');
    expect(range({ retention: { window_ms: 300_000 } })).toBe('5m');
  });

  it("take a user's text as text, not as a template", () => {
    const rule = { name: 'x', metric: 'realtime.latency', statistic: 'p95', threshold: 1, summary: '{{ .Labels }}' };
    const written = alerts({ alerts: { rules: [{ ...rule, labels: { team: '{{ x }}' } }] } }).find(
      (one) => one.alert === 'x',
    );
    expect(written?.annotations?.['summary']).toBe('{{"{{"}} .Labels }}');
    expect(written?.labels?.['team']).toBe('{{"{{"}} x }}');
  });

  it.each([
    ['the max of realtime.latency', { metric: 'realtime.latency', statistic: 'max' }, undefined],
    [
      'the min of another histogram',
      { metric: 'websocket.server.ping.duration', statistic: 'min' },
      'Prometheus has no rule mine: the min of websocket.server.ping.duration is not exported',
    ],
    [
      'a custom metric without a unit',
      { metric: 'shop.orders', statistic: 'increase' },
      'Prometheus has no rule mine: shop.orders is not a metric of the package, and the rule does not say its unit',
    ],
    ['a custom metric with its unit', { metric: 'shop.orders', statistic: 'increase', unit: '{order}' }, undefined],
    [
      'a quantile beyond the last bucket',
      { metric: 'websocket.server.connection.duration', statistic: 'p95', threshold: 86_400 },
      'Prometheus has no rule mine: 86400 is not below the last bound of the buckets of websocket.server.connection.duration, 86400',
    ],
    [
      'a quantile between two buckets',
      { metric: 'websocket.server.connection.duration', statistic: 'p95', threshold: 20 },
      "Prometheus's rule mine is not exact: 20 lies between the bounds 10 and 30 of the buckets of websocket.server.connection.duration",
    ],
  ])('of %s are said to be what they are', (_, rule, remark) => {
    const document = { alerts: { rules: [{ name: 'mine', threshold: 1, ...rule }] } };
    const isWritten = alerts(document).some(({ alert }) => alert === 'mine');
    const { remarks } = prometheusFiles(resolveConfig('test', document));
    expect(remarks).toEqual(remark === undefined ? [] : [remark]);
    expect(isWritten).toBe(!remark?.includes('has no rule'));
  });

  it.each([
    ['<', true],
    ['<=', true],
    ['>', false],
  ])('on a count that is %s a threshold hold for full windows of our own processes only: %s', (comparison, guarded) => {
    const rule = { name: 'mine', metric: 'websocket.server.messages', statistic: 'increase', comparison, threshold: 5 };
    const { expr = '' } = alerts({ alerts: { rules: [rule] } }).find(({ alert }) => alert === 'mine') ?? {};
    expect(/^and on \(job, instance\) process_uptime_seconds >= 60$/m.test(expr)).toBe(guarded);
    const zero =
      /or 0 \* max by \(job, instance\) \(process_uptime_seconds and on \(job, instance\) telemetry_[a-z_]+_total\)/;
    expect([zero.test(expr), expr.includes('or 0 *')]).toEqual([guarded, guarded]);
  });

  it('do not look for a silence that is shorter than the time between scrapes', () => {
    const document = { alerts: { thresholds: { no_traffic_warning_ms: 20_000 } } };
    expect(alerts(document).map(({ alert }) => alert)).not.toContain('no_traffic');
    expect(prometheusFiles(resolveConfig('test', document)).remarks).toEqual([
      'Prometheus has no rule no_traffic: a silence of 20s is not to be seen at prometheus.scrape_interval_ms 15000',
    ]);
  });
});

describe('thresholdBounds', () => {
  const boundsFor = (document: unknown, exported: readonly number[]): number[] =>
    thresholdBounds(rulesOf(resolveConfig('test', document).alerts), exported);

  it('has each latency threshold and where it is released, which together stay within 36 series', () => {
    const bounds = boundsFor({}, EXPORTED_DURATIONS);
    expect(new Set(bounds)).toEqual(new Set([1, 0.9, 5, 4.5]));
    expect(new Set([...EXPORTED_DURATIONS, ...bounds]).size + 3).toBeLessThanOrEqual(36);
  });

  it('has a bound above the highest threshold where no other is', () => {
    expect(Math.max(...boundsFor({}, [0.1, 1]))).toBe(8);
    expect(rulesOf(resolveConfig('test', {}).alerts).every((rule) => releaseThreshold(rule) < 8)).toBe(true);
  });

  it('has none where no quantile is looked at', () => {
    expect(boundsFor({ alerts: { latency_statistic: 'avg' } }, EXPORTED_DURATIONS)).toEqual([]);
  });
});

describe('the runbooks', () => {
  const text = readFileSync(resolve(__dirname, '../../../docs/runbooks.md'), 'utf8');
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);

  it('have a section for every built-in alert, and no other', () => {
    expect([...new Set(alerts(EVERYTHING).map(({ alert }) => alert))].sort()).toEqual([...headings].sort());
  });

  it('name only series that there are', () => {
    const records = new Set(rules({}).flatMap(({ record }) => record ?? []));
    const named = [...text.matchAll(/\b(?:job|job_instance):[a-z_]+:[a-z0-9_]+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !records.has(name))).toEqual([]);
  });
});

describe('seriesValues', () => {
  it.each([
    [[0, 10, 20, 30], '0+10x3'],
    [[5], '5'],
    [[1, 1, 1, null, null, 4, 3, 2], '1+0x2 _x2 4-1x2'],
    [[1, null], '1 _x1'],
    [[], ''],
  ])('writes %j as %s', (values, text) => {
    expect(seriesValues(values)).toBe(text);
  });
});
