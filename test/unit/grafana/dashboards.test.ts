import { CATALOG } from '../../../src/catalog/index.ts';
import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { labelName, prometheusName } from '../../../src/catalog/prometheus-name.ts';
import { dashboardsOf } from '../../../src/grafana/dashboards.ts';
import { DASHBOARD_KINDS, dashboardUid } from '../../../src/grafana/identity.ts';
import { exactIncrease } from '../../../src/grafana/panels/query.ts';
import type { Dashboard, Panel } from '../../../src/grafana/schema.ts';
import { configOf, isRow, panelsOf, queriesOf, rowOf } from '../../support/dashboards.ts';
import { fullConfig } from '../../support/full-config.ts';
import { readPromql, withVariables } from '../../support/promql.ts';
import type { Selector } from '../../support/promql.ts';

const config = configOf();
const dashboards = dashboardsOf(config, []);
const [service, , , fleet] = dashboards as readonly [Dashboard, Dashboard, Dashboard, Dashboard];
const named = dashboards.map((dashboard) => [dashboard.title, dashboard] as const);

/** The names of a metric's series. */
function seriesNames(metric: MetricSpec): string[] {
  const { name } = prometheusName(metric.name, metric.unit, metric.kind)!;
  return metric.kind === 'histogram' ? ['_bucket', '_count', '_sum'].map((suffix) => name + suffix) : [name];
}

const METRIC_OF = new Map(CATALOG.flatMap((metric) => seriesNames(metric).map((name) => [name, metric] as const)));

/** Every expression of a dashboard, those of annotations and variables too, with what asks it. */
function expressionsOf(dashboard: Dashboard): { readonly by: string; readonly expr: string }[] {
  return [
    ...queriesOf(dashboard).map(({ panel, target }) => ({ by: `${panel.title} ${target.refId}`, expr: target.expr })),
    ...dashboard.annotations.list.flatMap(({ name, expr }) => (expr === undefined ? [] : [{ by: name, expr }])),
    ...dashboard.templating.list.flatMap(({ name, query }) => {
      const [, selector] = /^label_values\((.*), \w+\)$/.exec(query) ?? [];
      return selector === undefined ? [] : [{ by: name, expr: selector }];
    }),
  ];
}

/** What an expression names that the catalogue does not have. */
function unknownIn(expr: string): string[] {
  const { selectors, labels } = readPromql(withVariables(expr));
  const known = new Set(['job', 'instance']);
  const unknown = selectors.flatMap(({ name, matchers }: Selector) => {
    const metric = METRIC_OF.get(name);
    if (!metric) return [name];
    const own = metric.attributes.map(({ key }) => labelName(key)!);
    if (name.endsWith('_bucket')) own.push('le');
    own.forEach((label) => known.add(label));
    return matchers.flatMap(({ label, op, value }) => {
      const values = metric.attributes.find(({ key }) => labelName(key) === label)?.values;
      if (op === '=' && values && !values.includes(value)) return [`${name}{${label}="${value}"}`];
      return [...own, 'job', 'instance'].includes(label) ? [] : [`${name}{${label}}`];
    });
  });
  return [...unknown, ...labels.filter((label) => !known.has(label))];
}

describe('the reader of unknown names', () => {
  it.each([
    ['websocket_server_mesages_total', ['websocket_server_mesages_total']],
    ['websocket_server_messages', ['websocket_server_messages']],
    ['realtime_latency_seconds', ['realtime_latency_seconds']],
    ['realtime_queue_size{name="a"}', ['realtime_queue_size{name}']],
    ['realtime_latency_seconds_count{le="1"}', ['realtime_latency_seconds_count{le}']],
    [
      'websocket_server_io_bytes_total{network_io_direction="in"}',
      ['websocket_server_io_bytes_total{network_io_direction="in"}'],
    ],
    ['sum by (component) (realtime_queue_size)', ['component']],
    ['sum by (le) (realtime_latency_seconds_bucket{le="1", job="a"})', []],
  ])('finds in %s %p', (expr, unknown) => {
    expect(unknownIn(expr)).toEqual(unknown);
  });
});

describe('the reader of bare counters', () => {
  const exact = exactIncrease(CATALOG.find(({ name }) => name === 'realtime.errors')!);

  it.each([
    ['sum(x_total{job="a"})', true],
    ['sum(rate(x_total{job="a"}[$__rate_interval])) + x_count', true],
    ['sum(rate(x_total{job="a"}[$__rate_interval]))', false],
    [exact, false],
    [`${exact} / sum(x_total)`, true],
    [exact.replaceAll('$__rate_interval', '$__interval'), false],
    [exact.replace('$__rate_interval', '$__interval'), true],
    [exact.replace('>= 0', '> 0'), true],
  ])('finds in %s: %p', (expr, bare) => {
    expect(countsBare(withoutExactForm(expr))).toBe(bare);
  });
});

describe('the four dashboards', () => {
  it('show each metric of the catalogue in some panel', () => {
    const shown = new Set(
      dashboards
        .flatMap(queriesOf)
        .flatMap(({ target }) => readPromql(withVariables(target.expr)).selectors.map(({ name }) => name)),
    );
    const missing = CATALOG.filter((metric) => !seriesNames(metric).some((name) => shown.has(name)));
    expect(missing.map(({ name }) => name)).toEqual([]);
    // which metrics are shown is not lost on a metric that is not
    expect(shown.has('process_cpu_time_seconds_total')).toBe(false);
  });

  it('draw columns of what came since the column before, and its sum in the legend', () => {
    const columns = dashboards
      .flatMap(panelsOf)
      .filter(({ fieldConfig }) => fieldConfig?.defaults.custom?.['drawStyle'] === 'bars');
    expect(columns.length).toBeGreaterThan(10);
    for (const { title, targets, fieldConfig, options } of columns) {
      expect([title, fieldConfig?.defaults.unit, options?.['legend']]).toEqual([
        title,
        'short',
        expect.objectContaining({ calcs: ['sum'] }),
      ]);
      for (const { expr } of targets!) {
        expect(expr).toContain('offset $__interval');
        expect(expr).not.toMatch(/\$__rate_interval|\/ /);
      }
    }
  });

  it('are the same for the same configuration, and belong to their service', () => {
    expect(JSON.stringify(dashboardsOf(configOf(), []))).toBe(JSON.stringify(dashboards));
    expect(dashboards.map(({ uid }) => uid)).toEqual(
      DASHBOARD_KINDS.filter((kind) => kind !== 'custom').map((kind) => dashboardUid(kind, config)),
    );
    expect(dashboards.map(({ title }) => title)).toEqual(['Service', 'WebSocket', 'Runtime and host', 'Fleet']);
    const [checkout] = dashboardsOf(configOf({ service_name: 'checkout' }), []);
    expect(checkout).toMatchObject({ uid: 'telemetry-checkout-service', title: 'checkout: Service' });
    expect(checkout?.templating.list[1]).toMatchObject({ name: 'job', current: { value: ['checkout'] } });
    expect(service.templating.list[1]).toMatchObject({ name: 'job', current: { value: ['$__all'] } });
  });

  it('read from the data source of the configuration at first', () => {
    const [other] = dashboardsOf(configOf({ grafana: { datasource: { uid: 'prom-1', name: 'Prom' } } }), []);
    expect(other?.templating.list[0]).toMatchObject({ type: 'datasource', current: { text: 'Prom', value: 'prom-1' } });
  });

  it('hold no secret and no absolute URL', () => {
    const text = JSON.stringify(dashboardsOf(configOf(fullConfig()), []));
    expect(/https?:|t0ken|k3y|s3cret|p4ss|us3r/.exec(text)).toBeNull();
    expect(/\/d\/telemetry-chat-[0-9a-f]{8}-service\?/.test(text)).toBe(true);
  });
});

describe.each(named)('%s', (_, dashboard) => {
  const panels = panelsOf(dashboard);

  it('names only metrics and labels that the catalogue has', () => {
    const wrong = expressionsOf(dashboard).flatMap(({ by, expr }) =>
      unknownIn(expr).map((unknown) => `${by}: ${unknown}`),
    );
    expect(wrong).toEqual([]);
  });

  it('counts without rate() only in the exact form, and since the start', () => {
    const wrong = queriesOf(dashboard).filter(
      ({ panel, target }) =>
        countsBare(withoutExactForm(target.expr)) && !/since start/i.test(`${rowOf(dashboard, panel)} ${panel.title}`),
    );
    expect(wrong.map(({ panel }) => panel.title)).toEqual([]);
  });

  it('has ids of its own, and within a panel refIds', () => {
    const ids = dashboard.panels.flatMap((panel) => (isRow(panel) ? [panel, ...panel.panels] : [panel]));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length);
    for (const { title, targets = [] } of panels) {
      expect([title, new Set(targets.map(({ refId }) => refId)).size]).toEqual([title, targets.length]);
    }
  });

  it('has titles of its own', () => {
    const titles = panels.map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  it('lays panels out within the grid, none over another, rows from top to bottom', () => {
    const open = dashboard.panels;
    expect(overlaps(open)).toEqual([]);
    for (const row of open.filter(isRow)) expect(overlaps(row.panels)).toEqual([]);
    for (const { gridPos } of [...open, ...panels]) {
      expect(gridPos!.x).toBeGreaterThanOrEqual(0);
      expect(gridPos!.x + gridPos!.w).toBeLessThanOrEqual(24);
      expect(Math.min(gridPos!.w, gridPos!.h)).toBeGreaterThan(0);
    }
    const tops = open.map(({ gridPos }) => gridPos!.y);
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
  });

  it('fills each line from edge to edge', () => {
    const lines = new Map<string, number>();
    for (const panel of panels) {
      const line = `${rowOf(dashboard, panel)} ${panel.gridPos!.y}`;
      lines.set(line, (lines.get(line) ?? 0) + panel.gridPos!.w);
    }
    expect([...lines].filter(([, width]) => width !== 24)).toEqual([]);
  });

  it('says on each panel what is normal, in a whole sentence', () => {
    for (const { title, description } of panels) {
      expect([title, description]).toEqual([title, expect.stringMatching(/Normal: .+\.$/s)]);
    }
  });

  it('gives each series a name of its own', () => {
    for (const { panel, target } of queriesOf(dashboard)) {
      expect([panel.title, target.legendFormat]).toEqual([panel.title, expect.stringMatching(/./)]);
      const legends = panel.targets!.map(({ legendFormat }) => legendFormat);
      expect([panel.title, new Set(legends).size]).toEqual([panel.title, legends.length]);
    }
  });

  it('names labels in legends that the query keeps', () => {
    for (const { panel, target } of queriesOf(dashboard)) {
      const { labels } = readPromql(withVariables(target.expr));
      const used = [...(target.legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      expect([panel.title, used.filter((label) => !labels.includes(label!))]).toEqual([panel.title, []]);
    }
  });

  it('asks for no exemplars, which nobody records', () => {
    expect(JSON.stringify(dashboard)).not.toContain('"exemplar"');
  });

  it('leads to the others, with time and variables kept', () => {
    expect(dashboard.links).toMatchObject([
      { type: 'dashboards', tags: ['telemetry-dashboard'], keepTime: true, includeVars: true },
    ]);
    expect(dashboard.tags).toContain('telemetry-dashboard');
    expect(dashboard.annotations.list.map(({ name }) => name)).toEqual([
      'Annotations & Alerts',
      'Starts',
      'Alerts: warning',
      'Alerts: critical',
    ]);
  });
});

describe('the Fleet table', () => {
  const panel = panelNamed(fleet, 'Every instance');

  it('leads from an instance to its Service dashboard', () => {
    const link = panel.fieldConfig?.overrides.flatMap(({ properties }) => properties).find(({ id }) => id === 'links')
      ?.value as readonly { readonly url: string }[];
    expect(link[0]?.url).toContain(`/d/${service.uid}?`);
    expect(link[0]?.url).toContain('var-instance=${__data.fields.Instance}');
  });

  it('has a name for each column, which is the one that its style is for', () => {
    const [, organize] = panel.transformations ?? [];
    const { renameByName } = organize?.options as { readonly renameByName: Readonly<Record<string, string>> };
    const styled = panel.fieldConfig!.overrides.map(({ matcher }) => matcher.options);
    expect(Object.values(renameByName)).toEqual(styled);
    expect(Object.keys(renameByName).filter((name) => name.startsWith('Value #'))).toEqual(
      panel.targets!.map(({ refId }) => `Value #${refId}`),
    );
  });
});

/** Puts a gauge in place of each growth that is counted to the unit, first counts included. */
function withoutExactForm(expr: string): string {
  const joined = String.raw`on \(job, instance\) process_uptime_seconds\{[^}]*\}`;
  const range = String.raw`\2`;
  const alternatives = [
    String.raw`(\w+\{[^}]*\}) \* 1 and ${joined} < (\$__(?:rate_)?interval)`,
    String.raw`\1 - \1 offset ${range} >= 0`,
    String.raw`\1 \* 1 and ${joined} offset ${range}`,
    String.raw`increase\(\1\[${range}\]\) unless ${joined} < ${range}`,
  ];
  return expr.replace(/\s+/g, ' ').replace(new RegExp(alternatives.join(' or '), 'g'), 'grown');
}

/** Whether a counter, or a part of a histogram, is read as it is. */
function countsBare(expr: string): boolean {
  return readPromql(withVariables(expr)).selectors.some(
    ({ name, within }) => /_(total|count|sum|bucket)$/.test(name) && !/^(rate|increase)$/.test(within[0] ?? ''),
  );
}

function overlaps(panels: Dashboard['panels']): string[] {
  return panels.flatMap((one, index) =>
    panels.slice(index + 1).flatMap((other) => {
      const [a, b] = [one.gridPos!, other.gridPos!];
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      return apart ? [] : [`${one.title ?? ''} and ${other.title ?? ''}`];
    }),
  );
}

function panelNamed(dashboard: Dashboard, title: string): Panel {
  return panelsOf(dashboard).find((panel) => panel.title === title)!;
}
