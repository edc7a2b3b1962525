import fc from 'fast-check';
import type { MetricKind, MetricSpec } from '../../../src/catalog/metric.ts';
import { prometheusName } from '../../../src/catalog/prometheus-name.ts';
import { dashboardsOf, panelOf } from '../../../src/grafana/dashboards.ts';
import type { Dashboard } from '../../../src/grafana/schema.ts';
import { LINT_RULES } from '../../support/dashboard-linter.ts';
import { configOf, panelsOf } from '../../support/dashboards.ts';
import { readPromql, withVariables } from '../../support/promql.ts';

const KINDS: readonly MetricKind[] = ['counter', 'gauge', 'up_down_counter', 'histogram'];

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('nan', 'Inf', 'by', 'on', 'offset', 'sum', 'and', 'bool', 'with', 'target', 'total', '0day', 'a:b'),
  fc.constantFrom('shop.orders', '$job', '${datasource}', '{{job}}', '[[instance]]', '"', '\\', '注文', 'a_total'),
);
const unit = fc.oneof(
  fc.constantFrom('', '1', 's', 'ms', 'By', 'By/s', '{order}', '{order}/s', '%', 'Cel', 'EUR', '$x', '/s', '/'),
  fc.string({ maxLength: 8 }),
);
const key = fc.oneof(
  fc.constantFrom('shop.name', 'le', 'job', 'instance', '__name__', '', '_', '__', '0', 'by', '$job', '{{a}}', 'é'),
  fc.string({ maxLength: 8 }),
);
const metrics: fc.Arbitrary<MetricSpec> = fc.record({
  name,
  kind: fc.constantFrom(...KINDS),
  unit,
  description: fc.oneof(fc.constant(''), fc.string({ maxLength: 30 })),
  attributes: fc.array(
    key.map((one) => ({ key: one })),
    { maxLength: 3 },
  ),
});

const config = configOf();
const plain = dashboardsOf(config, []);

/** The dashboard of the metrics; none where none can be shown. */
const dashboardOf = (...custom: MetricSpec[]): Dashboard | undefined => dashboardsOf(config, custom)[plain.length];
const spec = (more: Partial<MetricSpec>): MetricSpec => ({
  name: 'shop.orders',
  kind: 'counter',
  unit: '{order}',
  description: 'Orders taken',
  attributes: [],
  ...more,
});

describe("the user's own metrics", () => {
  it('each become a panel that keeps all rules, whatever they are called', () => {
    fc.assert(
      fc.property(fc.array(metrics, { maxLength: 4 }), (custom) => {
        const dashboard = dashboardOf(...custom);
        const own = dashboard ? panelsOf(dashboard) : [];
        const shown = custom
          .filter((metric) => prometheusName(metric.name, metric.unit, metric.kind) !== null)
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        expect(own).toHaveLength(shown.length);
        fc.pre(own.length > 0);
        for (const rule of Object.values(LINT_RULES)) expect(rule(dashboard!)).toEqual([]);
        own.forEach((panel, index) => {
          const metric = shown[index]!;
          const series = prometheusName(metric.name, metric.unit, metric.kind)!.name;
          const names = panel.targets!.flatMap(({ expr }) => readPromql(withVariables(expr)).selectors);
          expect(names.some((selector) => selector.name.startsWith(series))).toBe(true);
          expect(`${panel.title}${panel.description ?? ''}`).not.toMatch(/\$|\[\[/);
        });
      }),
      { seed: 20_261_123, numRuns: 100 },
    );
  });

  it('leave the other dashboards as they are', () => {
    expect(dashboardsOf(config, [spec({})]).slice(0, -1)).toEqual(plain);
    expect(dashboardOf(spec({}))).toMatchObject({ uid: 'telemetry-custom', title: 'Custom metrics' });
  });

  it('have no dashboard without any', () => {
    expect(dashboardOf()).toBeUndefined();
    expect(dashboardOf(spec({ name: 'target', kind: 'gauge', unit: '' }))).toBeUndefined();
  });

  it('are shown alone as on the dashboard, without id and place', () => {
    const metric = spec({ attributes: [{ key: 'shop.name' }] });
    const { id, gridPos, ...panel } = panelsOf(dashboardOf(metric)!).at(-1)!;
    expect(panelOf(metric)).toEqual(panel);
    expect([typeof id, gridPos?.w]).toEqual(['number', 8]);
    expect(() => panelOf(spec({ name: 'target', kind: 'gauge', unit: '' }))).toThrow(RangeError);
  });

  it.each([
    [{ kind: 'counter', unit: '{order}' }, 'ops', /shop_orders_total.* \/ \$__rate_interval$/s],
    [{ kind: 'counter', unit: 'By' }, 'binBps', /shop_orders_bytes_total/],
    [{ kind: 'gauge', unit: '{item}' }, 'short', /^sum\(shop_orders\{/],
    [{ kind: 'gauge', unit: 'Cel' }, 'celsius', /^max\(shop_orders_celsius\{/],
    [{ kind: 'gauge', unit: 'By/s' }, 'binBps', /^max\(shop_orders_bytes_per_second\{/],
    [{ kind: 'up_down_counter', unit: 's' }, 's', /^sum\(shop_orders_seconds\{/],
    [{ kind: 'histogram', unit: 'ms' }, 'ms', /^histogram_quantile\(0\.5, sum by \(le\)/],
  ] as const)('of %p are shown in %s', (more, grafanaUnit, expr) => {
    const panel = panelOf(spec(more));
    expect(panel.fieldConfig!.defaults.unit).toBe(grafanaUnit);
    expect(panel.targets![0]!.expr).toMatch(expr);
  });

  it('are told apart by the first attribute that is a label of theirs', () => {
    const [target] = panelOf(spec({ attributes: [{ key: 'job' }, { key: 'shop.name' }] })).targets!;
    expect(target!.legendFormat).toBe('{{shop_name}}');
    expect(target!.expr).toMatch(/^topk\(10, .*sum by \(shop_name\)/s);
  });
});
