import type { Dashboard, Variable } from '../../src/grafana/schema.ts';
import { panelsOf, queriesOf } from './dashboards.ts';
import { readPromql, withVariables } from './promql.ts';
import type { Expression, Selector } from './promql.ts';

// What grafana/dashboard-linter finds wrong, rule by rule, of all that concerns Prometheus.

/** Units that its rule knows and that we use. */
const UNITS = new Set(
  (
    'none string short percent percentunit locale bytes kbytes mbytes gbytes tbytes deckbytes decmbytes decgbytes dectbytes ' +
    'binBps Bps KiBs MiBs GiBs TiBs KBs MBs GBs ns µs ms s m h d hertz ops cps reqps ' +
    'lengthm volt amp joule watt massg celsius'
  ).split(' '),
);

/** Finds what is wrong with a dashboard, one line each. */
export type LintRule = (dashboard: Dashboard) => string[];

/** By the linter's own names. */
export const LINT_RULES = {
  'template-datasource-rule': ({ templating: { list } }) => {
    const sources = list.filter(({ type }) => type === 'datasource');
    if (sources.length !== 1) return [`${sources.length} data source variables`];
    return sources.flatMap(({ name, label, query }) => [
      ...(name === 'datasource' && query === 'prometheus' ? [] : [`variable ${name} of ${query}`]),
      ...(label === 'Data source' ? [] : [`labelled ${label ?? ''}`]),
    ]);
  },
  'template-job-rule': (dashboard) => chosenBy(dashboard, 'job', 'Job'),
  'template-instance-rule': (dashboard) => chosenBy(dashboard, 'instance', 'Instance'),
  'template-label-promql-rule': ({ templating: { list } }) =>
    list.filter(isQuery).flatMap(({ name, query }) => {
      const [, call = '', selector = ''] =
        /^(label_values|label_names|metrics|query_result)\((.+?)(?:, *\w+)?\)$/.exec(query) ?? [];
      return call !== '' && parses(selector) ? [] : [`variable ${name}: ${query}`];
    }),
  'template-on-time-change-reload-rule': ({ templating: { list } }) =>
    list.filter(isQuery).flatMap(({ name, refresh }) => (refresh === 2 ? [] : [`variable ${name}: ${refresh ?? 0}`])),
  'template-unused-rule': (dashboard) =>
    dashboard.templating.list
      .filter(isQuery)
      .flatMap(({ name }) =>
        queriesOf(dashboard).some(({ target }) => target.expr.includes(`"$${name}"`)) ? [] : [`variable ${name}`],
      ),
  'panel-datasource-rule': (dashboard) =>
    panelsOf(dashboard).flatMap(({ title, datasource, targets = [] }) =>
      [datasource, ...targets.map((target) => target.datasource)].every((source) => isVariable(source?.uid))
        ? []
        : [title],
    ),
  'panel-title-description-rule': (dashboard) =>
    panelsOf(dashboard).flatMap(({ id, title, description = '' }) =>
      title.trim() === '' || description.trim() === '' ? [`panel ${id} ${title}`] : [],
    ),
  'panel-units-rule': (dashboard) =>
    panelsOf(dashboard).flatMap(({ title, type, fieldConfig, options }) => {
      if (type === 'heatmap') {
        const { unit } = options?.['yAxis'] as { readonly unit: string };
        return UNITS.has(unit) ? [] : [`${title}: ${unit}`];
      }
      const own = fieldConfig?.overrides.flatMap(({ properties }) =>
        properties.filter(({ id }) => id === 'unit').map(({ value }) => value as string),
      );
      const units = [fieldConfig?.defaults.unit ?? '', ...(own ?? [])];
      return units.filter((unit) => !UNITS.has(unit)).map((unit) => `${title}: ${unit}`);
    }),
  'panel-no-targets-rule': (dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) => (targets.length === 0 ? [title] : [])),
  'target-promql-rule': (dashboard) =>
    queriesOf(dashboard).flatMap(({ panel, target }) =>
      parses(target.expr) ? [] : [`${panel.title}: ${target.expr}`],
    ),
  'target-rate-interval-rule': (dashboard) =>
    selectorsOf(dashboard).flatMap(({ title, selector: { name, range, within } }) =>
      range === undefined || range === '$__rate_interval' || !/^i?rate$/.test(within[0] ?? '')
        ? []
        : [`${title}: ${name}[${range}]`],
    ),
  'target-job-rule': (dashboard) => matchedBy(dashboard, 'job'),
  'target-instance-rule': (dashboard) => matchedBy(dashboard, 'instance'),
  // the linter's own one looks at selectors without matchers only, which the two before have forbidden
  'target-counter-agg-rule': (dashboard) =>
    selectorsOf(dashboard).flatMap(({ title, selector: { name, matchers, within } }) =>
      name.endsWith('_total') && matchers.length === 0 && !/^(i?rate|increase)$/.test(within[0] ?? '')
        ? [`${title}: ${name}`]
        : [],
    ),
  // a heatmap is drawn of the buckets themselves
  'target-histogram-rule': (dashboard) =>
    selectorsOf(dashboard).flatMap(({ title, type, selector: { name, within } }) =>
      name.endsWith('_bucket') && type !== 'heatmap' && !within.includes('histogram_quantile')
        ? [`${title}: ${name}`]
        : [],
    ),
  'target-required-matchers-rule': (dashboard) => [...matchedBy(dashboard, 'job'), ...matchedBy(dashboard, 'instance')],
  'panel-time-interval-rule': ({ time }) =>
    time?.from === 'now-1h' && time.to === 'now' ? [] : [`${time?.from ?? ''} to ${time?.to ?? ''}`],
  'uneditable-dashboard-rule': ({ editable }) => (editable === false ? [] : ['editable']),
} as const satisfies Readonly<Record<string, LintRule>>;

function chosenBy({ templating: { list } }: Dashboard, name: string, label: string): string[] {
  const variable = list.find((one) => one.name === name);
  if (!variable) return [`no variable ${name}`];
  const wanted = {
    type: 'query',
    label,
    multi: true,
    includeAll: true,
    allValue: '.+',
  };
  return [
    ...Object.entries(wanted).flatMap(([key, value]) =>
      variable[key as keyof Variable] === value
        ? []
        : [`${name}.${key} is ${JSON.stringify(variable[key as keyof Variable])}`],
    ),
    ...(isVariable(variable.datasource?.uid) ? [] : [`${name} reads ${variable.datasource?.uid ?? ''}`]),
  ];
}

function matchedBy(dashboard: Dashboard, label: string): string[] {
  return selectorsOf(dashboard).flatMap(({ title, selector: { name, matchers } }) =>
    matchers.some((one) => one.label === label && one.op === '=~' && one.value === `$${label}`)
      ? []
      : [`${title}: ${name}`],
  );
}

interface PlacedSelector {
  readonly title: string;
  readonly type: string;
  readonly selector: Selector;
}

/** Every selector of every query; variables are left where they stand within quotes. */
function selectorsOf(dashboard: Dashboard): PlacedSelector[] {
  return queriesOf(dashboard).flatMap(({ panel: { title, type }, target }) =>
    parses(target.expr)
      ? kept(target.expr).selectors.map((selector) => ({
          title,
          type,
          selector: {
            ...selector,
            range: selector.range?.replace(RATE_INTERVAL, '$__rate_interval'),
          },
        }))
      : [],
  );
}

/** No length of time that anybody would write. */
const RATE_INTERVAL = '8869990787ms';

function kept(expression: string): Expression {
  return readPromql(withVariables(expression, { job: '$job', instance: '$instance', __rate_interval: RATE_INTERVAL }));
}

function parses(expression: string): boolean {
  try {
    // a variable that nobody knows stays, and `$` is no PromQL
    return readPromql(withVariables(expression)).selectors.length > 0;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isQuery({ type }: Variable): boolean {
  return type === 'query';
}

function isVariable(uid: string | undefined): boolean {
  return uid === '$datasource' || uid === '${datasource}';
}
