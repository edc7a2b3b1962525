import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { dashboardsOf } from '../../../src/grafana/dashboards.ts';
import type { Dashboard, Panel } from '../../../src/grafana/schema.ts';
import { LINT_RULES } from '../../support/dashboard-linter.ts';
import { configOf } from '../../support/dashboards.ts';
import { fullConfig } from '../../support/full-config.ts';

type Rule = keyof typeof LINT_RULES;
type Writable<Type> = Type extends object ? { -readonly [Key in keyof Type]: Writable<Type[Key]> } : Type;
type Draft = Omit<Writable<Dashboard>, 'panels'> & { panels: Writable<Panel>[] };

const custom: readonly MetricSpec[] = [
  { name: 'shop.orders', kind: 'counter', unit: '{order}', description: 'Orders', attributes: [{ key: 'shop' }] },
  { name: 'shop.basket', kind: 'histogram', unit: 'EUR', description: '', attributes: [] },
];

const DASHBOARDS = [...dashboardsOf(configOf(), []), ...dashboardsOf(configOf(fullConfig()), custom)].map(
  (dashboard, index) => [`${dashboard.title} (${index < 4 ? 'defaults' : 'all set'})`, dashboard] as const,
);

const RULES = Object.keys(LINT_RULES) as Rule[];

/** The first panel that is no row. */
const first = (draft: Draft): Writable<Panel> => {
  const panel = draft.panels.find(({ type }) => type === 'timeseries');
  if (!panel?.targets?.[0] || !panel.fieldConfig) throw new Error('there is no time series with a query');
  return panel;
};
const asking = (draft: Draft, expr: string): void => void (first(draft).targets![0]!.expr = expr);
const variable = (draft: Draft, name: string): Record<string, unknown> =>
  draft.templating.list.find((one) => one.name === name) as unknown as Record<string, unknown>;
const scope = '{job=~"$job", instance=~"$instance"}';

/** What each rule is there to find, more than one way where there are several. */
const SPOILED: Readonly<Record<Rule, readonly ((draft: Draft) => unknown)[]>> = {
  'template-datasource-rule': [
    (draft) => void (draft.templating.list = draft.templating.list.filter(({ type }) => type !== 'datasource')),
    (draft) => void (variable(draft, 'datasource')['label'] = 'Source'),
    (draft) => void (variable(draft, 'datasource')['query'] = 'loki'),
  ],
  'template-job-rule': [
    (draft) => void (draft.templating.list = draft.templating.list.filter(({ name }) => name !== 'job')),
    (draft) => void (variable(draft, 'job')['label'] = 'job'),
    (draft) => void (variable(draft, 'job')['multi'] = false),
    (draft) => void (variable(draft, 'job')['allValue'] = '.*'),
    (draft) => void (variable(draft, 'job')['datasource'] = { type: 'prometheus', uid: 'prom-1' }),
  ],
  'template-instance-rule': [
    (draft) => void (variable(draft, 'instance')['includeAll'] = false),
    (draft) => void (variable(draft, 'instance')['type'] = 'custom'),
  ],
  'template-label-promql-rule': [
    (draft) => void (variable(draft, 'job')['query'] = 'label_values(up{job=, job)'),
    (draft) => void (variable(draft, 'job')['query'] = 'values(up, job)'),
  ],
  'template-on-time-change-reload-rule': [(draft) => void (variable(draft, 'job')['refresh'] = 1)],
  'template-unused-rule': [(draft) => void (variable(draft, 'job')['name'] = 'jobs')],
  'panel-datasource-rule': [
    (draft) => void (first(draft).datasource = { type: 'prometheus', uid: 'prom-1' }),
    (draft) => void (first(draft).targets![0]!.datasource.uid = 'prom-1'),
  ],
  'panel-title-description-rule': [
    (draft) => void (first(draft).title = ' '),
    (draft) => delete first(draft).description,
  ],
  'panel-units-rule': [
    (draft) => delete first(draft).fieldConfig!.defaults.unit,
    (draft) => void (first(draft).fieldConfig!.defaults.unit = 'messages'),
    (draft) =>
      void (first(draft).fieldConfig!.overrides = [
        { matcher: { id: 'byName', options: 'a' }, properties: [{ id: 'unit', value: 'parsecs' }] },
      ]),
  ],
  'panel-no-targets-rule': [(draft) => void (first(draft).targets = [])],
  'target-promql-rule': [
    (draft) => asking(draft, `sum(${scope}`),
    (draft) => asking(draft, `up${scope} > $threshold`),
    (draft) => asking(draft, ''),
  ],
  'target-rate-interval-rule': [(draft) => asking(draft, `sum(rate(x_total${scope}[5m]))`)],
  'target-job-rule': [
    (draft) => asking(draft, 'sum(up{instance=~"$instance"})'),
    (draft) => asking(draft, 'sum(up{job="$job", instance=~"$instance"})'),
    (draft) => asking(draft, `sum(up${scope} and on (job) y)`),
  ],
  'target-instance-rule': [(draft) => asking(draft, 'sum(up{job=~"$job"})')],
  'target-counter-agg-rule': [(draft) => asking(draft, 'sum(x_total)')],
  'target-histogram-rule': [(draft) => asking(draft, `sum by (le) (rate(x_bucket${scope}[1m]))`)],
  'target-required-matchers-rule': [(draft) => asking(draft, 'up')],
  'panel-time-interval-rule': [(draft) => void (draft.time = { from: 'now-7d', to: 'now' })],
  'uneditable-dashboard-rule': [(draft) => void (draft.editable = true)],
};

describe.each(RULES)('%s', (rule) => {
  it.each(DASHBOARDS)('finds nothing on %s', (_, dashboard) => {
    expect(LINT_RULES[rule](dashboard)).toEqual([]);
  });

  it.each(DASHBOARDS)('finds what is spoiled on %s', (_, dashboard) => {
    for (const spoil of SPOILED[rule]) {
      const draft = structuredClone(dashboard) as unknown as Draft;
      spoil(draft);
      expect(LINT_RULES[rule](draft as unknown as Dashboard)).not.toEqual([]);
    }
  });
});
