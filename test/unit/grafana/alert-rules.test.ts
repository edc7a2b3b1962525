import { resolveConfig } from '../../../src/config/resolve.ts';
import { grafanaAlertRules } from '../../../src/grafana/alert-rules.ts';
import type { GrafanaAlertRule } from '../../../src/grafana/alert-rules.ts';
import { panelOfRule } from '../../../src/grafana/alerting/panel.ts';
import { folderUid } from '../../../src/grafana/identity.ts';
import type { Dashboard, Panel } from '../../../src/grafana/schema.ts';
import { dashboardsOf } from '../../../src/grafana/dashboards.ts';
import { alertingRules } from '../../../src/prometheus/alerting-rules.ts';
import { rulesOf } from '../../../src/alerts/rules.ts';
import { readPromql } from '../../support/promql.ts';

const rulesFor = (document: unknown): readonly GrafanaAlertRule[] =>
  grafanaAlertRules(resolveConfig('test', document)).rules;
const named = (rules: readonly GrafanaAlertRule[], title: string): GrafanaAlertRule =>
  rules.find((rule) => rule.title === title)!;
const queryOf = ({ data }: GrafanaAlertRule): string => data[0]!.model['expr'] as string;

/** All built-in rules and one of each kind of the user's. */
const FULL = {
  service_name: 'checkout',
  alerts: {
    thresholds: { queue_size_warning: 100, no_traffic_warning_ms: 60_000 },
    rules: [
      { name: 'orders', metric: 'shop.orders', statistic: 'increase', threshold: 1000, unit: '{order}' },
      { name: 'wait', metric: 'shop.wait', statistic: 'p99', threshold: 3, unit: 's' },
      { name: 'mean_wait', metric: 'shop.wait', statistic: 'avg', threshold: 3, unit: 's' },
      { name: 'longest', metric: 'realtime.latency', statistic: 'max', threshold: 3 },
      { name: 'quiet', metric: 'websocket.client.messages', statistic: 'rate', comparison: '<', threshold: 3 },
      {
        ...{ name: 'load', metric: 'shop.load', statistic: 'value', comparison: '>=', threshold: 3, unit: '1' },
        ...{
          labels: { team: 'a {{ $value }} costs $5' },
          summary: 'Costs $HOME and {{ more }}',
          keep_firing_for_ms: 0,
        },
      },
    ],
  },
};

describe("Grafana's alert rules", () => {
  it("are Prometheus's, by name, severity and time", () => {
    const config = resolveConfig('test', FULL);
    const { perInstance, fleet, down } = alertingRules(config);
    const ours = rulesFor(FULL).map(({ title, labels, ...rule }) => [
      title.replace(/^checkout: | \(.*\)$/g, ''),
      labels['severity'],
      labels['rule'],
      rule.for,
      rule.keep_firing_for,
    ]);
    const theirs = [...[...perInstance, ...fleet].map(({ written }) => written), down].map(
      ({ alert, labels, ...rule }) => [alert, labels['severity'], labels['rule'], rule.for, rule.keep_firing_for],
    );
    expect(ours).toEqual(theirs);
    expect(ours.length).toBeGreaterThan(20);
  });

  it('read neither recorded series nor ALERTS', () => {
    for (const rule of rulesFor(FULL)) {
      expect(queryOf(rule)).not.toMatch(/ALERTS|\w:\w/);
    }
  });

  it('have titles and uids that no other has, which Grafana takes', () => {
    const rules = [...rulesFor(FULL), ...rulesFor({ ...FULL, service_name: 'payment' }), ...rulesFor({})];
    for (const key of ['uid', 'title'] as const) {
      expect(new Set(rules.map((rule) => rule[key])).size).toBe(rules.length);
    }
    for (const { uid } of rules) expect(uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
    const [long] = rulesFor({ service_name: 'x'.repeat(500) });
    expect(long!.title.length).toBeLessThanOrEqual(190);
  });

  it('stay the same rules with other thresholds', () => {
    const uids = (document: unknown): string[] => rulesFor(document).map(({ uid }) => uid);
    expect(uids({ alerts: { thresholds: { high_latency_ms: 37 }, for_ms: 0 } })).toEqual(uids({}));
  });

  it('are one group for each service, in the folder of the configuration', () => {
    const config = resolveConfig('test', { service_name: 'Check/Out', grafana: { folder: 'On call' } });
    const { group, rules, intervalSeconds } = grafanaAlertRules(config);
    expect(group).toMatch(/^telemetry-check-out-[0-9a-f]{8}$/);
    expect(new Set(rules.map(({ ruleGroup, folderUID }) => `${ruleGroup} ${folderUID}`))).toEqual(
      new Set([`${group} ${folderUid(config)}`]),
    );
    expect(intervalSeconds).toBe(20);
  });

  it.each([
    [1000, 10],
    [10_000, 10],
    [10_001, 20],
    [60_000, 60],
  ])('are evaluated in steps of ten seconds: at a scrape each %d ms, each %d s', (scrape_interval_ms, seconds) => {
    const config = resolveConfig('test', { prometheus: { scrape_interval_ms } });
    expect(grafanaAlertRules(config).intervalSeconds).toBe(seconds);
  });

  it('ask the data source of the configuration and compare the answer', () => {
    const [rule] = rulesFor({ grafana: { datasource: { uid: 'mine' } } });
    expect(rule).toMatchObject({
      condition: 'C',
      noDataState: 'OK',
      execErrState: 'Error',
      isPaused: false,
      data: [
        { refId: 'A', datasourceUid: 'mine', model: { instant: true, range: false } },
        {
          refId: 'C',
          datasourceUid: '__expr__',
          model: { type: 'threshold', expression: 'A', conditions: [{ evaluator: { type: 'gt', params: [1] } }] },
        },
      ],
    });
  });

  it("tell the value by Grafana's own template, with numbers that its printf takes", () => {
    const { annotations } = named(rulesFor(FULL), 'checkout: high_queue_size');
    expect(annotations['description']).toBe(
      '{{ $labels.instance }} of {{ $labels.job }}: realtime.queue.size {{ $labels.queue }} is ' +
        '{{ $values.A.Value | printf "%.4g" }} (alert at > {{ 100.0 | printf "%.4g" }}).',
    );
  });

  it("leave nothing of the user's texts to templates or variables", () => {
    const { labels, annotations, keep_firing_for: kept } = named(rulesFor(FULL), 'checkout: load');
    expect(labels['team']).toBe('a {{"{{"}} {{"$"}}value }} costs {{"$"}}5');
    expect(annotations['summary']).toBe('Costs {{"$"}}HOME and {{"{{"}} more }}');
    expect(kept).toBeUndefined();
  });

  it.each([
    ['a.b', '(.+/)?a\\.b'],
    // what a replacement would take for itself
    ['a$&b', '(.+/)?a\\$&b'],
    ["$`$'", "(.+/)?\\$`\\$'"],
  ])("read no series but those of the service's own job: %s, with its namespace or without", (service, job) => {
    const rules = rulesFor({ ...FULL, service_name: service });
    for (const rule of rules) {
      for (const { name, matchers } of readPromql(queryOf(rule)).selectors) {
        expect([rule.title, name, matchers.filter(({ label }) => label === 'job')]).toEqual([
          rule.title,
          name,
          [{ label: 'job', op: '=~', value: job }],
        ]);
      }
    }
  });

  it('read those of any job where the service has no name', () => {
    const matchers = rulesFor({}).flatMap((rule) => readPromql(queryOf(rule)).selectors.flatMap((one) => one.matchers));
    expect(matchers).toEqual([]);
  });

  it('drop NaN where a value may be it, since a release would never follow', () => {
    const rules = rulesFor({
      alerts: {
        rules: [
          { name: 'p', metric: 'websocket.server.ping.duration', statistic: 'p95', threshold: 1 },
          { name: 'g', metric: 'shop.load', statistic: 'value', threshold: 1, unit: '1' },
        ],
      },
    });
    expect(['p', 'g', 'high_memory'].map((title) => queryOf(named(rules, title)).includes(' >= -Inf'))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('name those that cannot be said', () => {
    const rule = { name: 'longest', metric: 'websocket.server.ping.duration', statistic: 'max', threshold: 1 };
    const { rules, leftOut } = grafanaAlertRules(resolveConfig('test', { alerts: { rules: [rule] } }));
    expect(leftOut).toEqual([
      { alert: 'longest', reason: 'the max of websocket.server.ping.duration is not exported' },
    ]);
    expect(rules.map(({ title }) => title)).not.toContain('longest');
  });

  it.each([{ alerts: { enabled: false } }, { grafana: { alert_rules: false } }])('are none with %j', (document) => {
    expect(rulesFor(document)).toEqual([]);
  });

  it('lead to a panel that is there', () => {
    const config = resolveConfig('test', FULL);
    const panels = dashboardsOf(config, []).flatMap(({ uid, panels: all }) =>
      all.flatMap((panel) => ('panels' in panel ? panel.panels : [panel])).map(({ id }) => `${uid} ${id}`),
    );
    for (const { annotations } of rulesFor(FULL)) {
      const { __dashboardUid__: uid, __panelId__: id } = annotations;
      const isOwn = / of shop\.|^Costs/.test(annotations['summary']!);
      if (isOwn) expect([uid, id]).toEqual([undefined, undefined]);
      else expect(panels).toContain(`${uid ?? ''} ${id ?? ''}`);
    }
  });
});

describe('the panel of a rule', () => {
  const config = resolveConfig('test', {});
  const ruleNamed = (name: string) => rulesOf(config.alerts).find((rule) => rule.name === name)!;
  const panel = (id: number, type: string, ...queries: string[]): Panel => ({
    id,
    type,
    title: '',
    targets: queries.map((expr) => ({ refId: 'A', expr, datasource: DATA_SOURCE })),
  });
  const DATA_SOURCE = { type: 'prometheus', uid: 'x' } as const;
  const dashboard = (uid: string, ...panels: (Panel | object)[]): Dashboard =>
    ({ uid, title: uid, panels }) as unknown as Dashboard;

  it('is one whose queries name the metric, a graph where there is one, in a collapsed row too', () => {
    const dashboards = [
      dashboard('a', panel(1, 'stat', 'sum(other_process_memory_utilization_ratio)')),
      dashboard('b', panel(2, 'stat', 'process_memory_utilization_ratio{job="x"}'), {
        type: 'row',
        panels: [panel(3, 'timeseries', 'max(process_memory_utilization_ratio)')],
      }),
    ];
    expect(panelOfRule(ruleNamed('high_memory'), dashboards)).toEqual({ dashboardUid: 'b', panelId: 3 });
  });

  it('of a latency is one of its buckets', () => {
    const dashboards = [dashboard('a', panel(4, 'timeseries', 'rate(realtime_latency_seconds_bucket{job="x"}[5m])'))];
    expect(panelOfRule(ruleNamed('high_latency'), dashboards)).toEqual({ dashboardUid: 'a', panelId: 4 });
  });

  it.each([
    ['p99', 'realtime_latency_seconds_bucket'],
    ['max', 'realtime_latency_window_max_seconds'],
    ['min', 'realtime_latency_window_min_seconds'],
  ])('of the %s of latencies reads %s', (statistic, series) => {
    const document = { alerts: { rules: [{ name: 'own', metric: 'realtime.latency', statistic, threshold: 1 }] } };
    const { alerts, ...rest } = resolveConfig('test', document);
    const dashboards = dashboardsOf({ ...rest, alerts }, []);
    const { dashboardUid, panelId } = panelOfRule(
      rulesOf(alerts).find(({ name }) => name === 'own')!,
      dashboards,
    )!;
    const panels = dashboards.find(({ uid }) => uid === dashboardUid)!.panels;
    const shown = panels.flatMap((one) => ('panels' in one ? one.panels : [one])).find(({ id }) => id === panelId)!;
    expect(shown.targets!.map(({ expr }) => expr).join('\n')).toContain(series);
  });

  it('of a mean is one of the sum, else one of the buckets', () => {
    const { alerts } = resolveConfig('test', {
      alerts: { rules: [{ name: 'mean', metric: 'websocket.server.ping.duration', statistic: 'avg', threshold: 1 }] },
    });
    const rule = rulesOf(alerts).find(({ name }) => name === 'mean')!;
    const drawn = panel(7, 'timeseries', 'rate(websocket_server_ping_duration_seconds_bucket[5m])');
    const mean = panel(8, 'timeseries', 'rate(websocket_server_ping_duration_seconds_sum[5m])');
    expect(panelOfRule(rule, [dashboard('a', drawn, mean)])).toEqual({ dashboardUid: 'a', panelId: 8 });
    expect(panelOfRule(rule, [dashboard('a', drawn)])).toEqual({ dashboardUid: 'a', panelId: 7 });
  });

  it('of an error rate names errors, and messages where one does', () => {
    const errors = panel(5, 'timeseries', 'realtime_errors_total');
    const both = panel(6, 'timeseries', 'realtime_errors_total', 'websocket_server_messages_total');
    const rule = ruleNamed('high_error_rate');
    expect(panelOfRule(rule, [dashboard('a', errors, both)])).toEqual({ dashboardUid: 'a', panelId: 6 });
    expect(panelOfRule(rule, [dashboard('a', errors)])).toEqual({ dashboardUid: 'a', panelId: 5 });
  });

  it('is none where no panel names it', () => {
    expect(panelOfRule(ruleNamed('high_memory'), [dashboard('a', panel(1, 'text'))])).toBeUndefined();
  });
});
