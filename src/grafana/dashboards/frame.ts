import { processMetrics } from '../../catalog/process.ts';
import { ALERT_SEVERITIES, selfMetrics } from '../../catalog/self.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { counter } from '../../promql/series.ts';
import { dashboardUid, tagsOf } from '../identity.ts';
import type { DashboardKind } from '../identity.ts';
import { laidOut } from '../panels/grid.ts';
import type { Section } from '../panels/grid.ts';
import { DATASOURCE } from '../panels/panel.ts';
import { gauge } from '../panels/query.ts';
import { COLOURS } from '../panels/thresholds.ts';
import type { Annotation, Dashboard, Link, Variable } from '../schema.ts';

/** Of each dashboard, after the name of the service. */
const TITLES: Readonly<Record<DashboardKind, string>> = {
  service: 'Service',
  websocket: 'WebSocket',
  runtime: 'Runtime and host',
  fleet: 'Fleet',
  custom: 'Custom metrics',
};

/** Each process with this package has it from its first scrape on, and no other. */
const OURS = selfMetrics.dropped;

/** Grafana's numbers for what a variable does. */
const REFRESH_ON_TIME_RANGE = 2;
const SORT_NATURAL = 7;
const CROSSHAIR = 1;

/** The classic model, which Grafana 10 to 13 read. */
const SCHEMA_VERSION = 42;

/** A dashboard with all that the four have in common around its panels. */
export function framed(
  kind: DashboardKind,
  config: ResolvedConfig,
  description: string,
  sections: readonly Section[],
): Dashboard {
  const { service_name: service } = config;
  return {
    uid: dashboardUid(kind, config),
    title: service === undefined ? TITLES[kind] : `${service}: ${TITLES[kind]}`,
    description,
    tags: tagsOf(config),
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    graphTooltip: CROSSHAIR,
    liveNow: false,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    fiscalYearStartMonth: 0,
    timepicker: {},
    links: [linksToOthers(config)],
    annotations: { list: annotations() },
    templating: { list: variables(config) },
    panels: laidOut(sections),
  };
}

function variables({ grafana: { datasource }, service_name: service }: ResolvedConfig): Variable[] {
  const all = { text: ['All'], value: ['$__all'] };
  const chosen = (name: string, label: string, query: string, current: Variable['current']): Variable => ({
    type: 'query',
    name,
    label,
    datasource: DATASOURCE,
    query,
    refresh: REFRESH_ON_TIME_RANGE,
    sort: SORT_NATURAL,
    multi: true,
    includeAll: true,
    allValue: '.+',
    current: { selected: true, ...current } as NonNullable<Variable['current']>,
    options: [],
    regex: '',
    hide: 0,
    skipUrlSync: false,
  });
  return [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Data source',
      query: 'prometheus',
      current: { selected: true, text: datasource.name, value: datasource.uid },
      options: [],
      regex: '',
      refresh: 1,
      hide: 0,
      multi: false,
      includeAll: false,
      skipUrlSync: false,
    },
    chosen(
      'job',
      'Job',
      `label_values(${counter(OURS)}, job)`,
      service === undefined ? all : { text: [service], value: [service] },
    ),
    chosen('instance', 'Instance', `label_values(${counter(OURS, { job: { matches: '$job' } })}, instance)`, all),
  ];
}

function linksToOthers(config: ResolvedConfig): Link {
  return {
    type: 'dashboards',
    title: 'Telemetry dashboards',
    tooltip: 'The other dashboards, with the same time and variables',
    icon: 'external link',
    // the variables and thresholds of a service say nothing about another
    tags: tagsOf(config),
    asDropdown: false,
    includeVars: true,
    keepTime: true,
    targetBlank: false,
    url: '',
  };
}

function annotations(): Annotation[] {
  return [
    {
      builtIn: 1,
      datasource: { type: 'grafana', uid: '-- Grafana --' },
      enable: true,
      hide: true,
      iconColor: 'rgba(0, 211, 255, 1)',
      name: 'Annotations & Alerts',
      type: 'dashboard',
    },
    {
      name: 'Starts',
      datasource: DATASOURCE,
      enable: true,
      hide: false,
      iconColor: 'blue',
      // young long enough to be scraped once by then; points without a gap between them are one mark
      expr: `${gauge(processMetrics.uptime)} < $__rate_interval`,
      titleFormat: 'Process started',
      textFormat: '{{instance}} of {{job}}',
      tagKeys: 'job,instance',
    },
    ...ALERT_SEVERITIES.map((severity) => ({
      name: `Alerts: ${severity}`,
      datasource: DATASOURCE,
      enable: true,
      hide: false,
      iconColor: COLOURS[severity],
      expr: `${gauge(selfMetrics.alertActive, { severity })} > 0`,
      titleFormat: '{{alert}}',
      textFormat: '{{instance}} of {{job}}',
      tagKeys: 'severity,job',
    })),
  ];
}
