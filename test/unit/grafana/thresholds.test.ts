import { dashboardsOf } from '../../../src/grafana/dashboards.ts';
import { limitsOf, thresholdSteps } from '../../../src/grafana/panels/thresholds.ts';
import type { Dashboard, FieldConfig, Panel } from '../../../src/grafana/schema.ts';
import { configOf, panelsOf } from '../../support/dashboards.ts';

const THRESHOLDS = {
  high_latency_ms: 300,
  critical_latency_ms: 700,
  error_rate_warning: 0.03,
  error_rate_critical: 0.07,
  memory_warning_percent: 55,
  memory_critical_percent: 65,
  event_loop_delay_warning_ms: 110,
  event_loop_delay_critical_ms: 410,
  queue_size_warning: 12,
  queue_size_critical: 34,
};

const NONE = Object.fromEntries(Object.keys(THRESHOLDS).map((key) => [key, null]));

/** Panels by what they are coloured by, on each dashboard. */
const COLOURED: Readonly<Record<string, readonly [dashboard: number, title: string][]>> = {
  latency: [
    [0, 'Latency p95'],
    [0, 'Application latency'],
    [0, 'Handler time'],
    [1, 'Message handler time'],
    [3, 'Latency p95 in all'],
    [3, 'Slowest by handler p95'],
  ],
  errors: [
    [0, 'Error rate'],
    [0, 'Error rate over time'],
    [3, 'Error rate in all'],
    [3, 'Most errors'],
  ],
  memory: [
    [0, 'Memory'],
    [2, "Memory, share of the container's limit"],
    [3, 'Most memory'],
  ],
  eventLoop: [
    [0, 'Event loop'],
    [2, 'Event loop delay'],
    [3, 'Event loop delay over the instances'],
  ],
  queues: [[0, 'Queues']],
};

const STEPS: Readonly<Record<string, readonly number[]>> = {
  latency: [0.3, 0.7],
  errors: [0.03, 0.07],
  memory: [0.55, 0.65],
  eventLoop: [0.11, 0.41],
  queues: [12, 34],
};

const shown = Object.entries(COLOURED).flatMap(([what, panels]) =>
  panels.map(([dashboard, title]) => ({ what, dashboard, title })),
);

function panelOn(dashboards: readonly Dashboard[], dashboard: number, title: string): Panel {
  const panel = panelsOf(dashboards[dashboard]!).find((one) => one.title === title);
  if (!panel) throw new Error(`there is no ${title}`);
  return panel;
}

function valuesOf(thresholds: FieldConfig['thresholds']): (number | null)[] {
  return thresholds!.steps.map(({ value }) => value);
}

describe.each(shown)('$title', ({ what, dashboard, title }) => {
  it('has the thresholds of the configuration', () => {
    const panel = panelOn(dashboardsOf(configOf({ alerts: { thresholds: THRESHOLDS } }), []), dashboard, title);
    expect(valuesOf(panel.fieldConfig!.defaults.thresholds)).toEqual([null, ...STEPS[what]!]);
    if (panel.type === 'timeseries') {
      expect(panel.fieldConfig!.defaults.custom).toMatchObject({ thresholdsStyle: { mode: 'dashed' } });
    }
  });

  it.each([
    ['has none', { thresholds: NONE }],
    ['has alerts off', { enabled: false, thresholds: THRESHOLDS }],
  ])('has none where the configuration %s', (_, alerts) => {
    const panel = panelOn(dashboardsOf(configOf({ alerts }), []), dashboard, title);
    expect(valuesOf(panel.fieldConfig!.defaults.thresholds)).toEqual([null]);
    if (panel.type === 'timeseries') {
      expect(panel.fieldConfig!.defaults.custom).toMatchObject({ thresholdsStyle: { mode: 'off' } });
    }
  });
});

describe('the thresholds', () => {
  it('colour the cells of the Fleet table', () => {
    const read = (thresholds: object): unknown[] => {
      const panel = panelOn(dashboardsOf(configOf({ alerts: { thresholds } }), []), 3, 'Every instance');
      return panel.fieldConfig!.overrides.flatMap(({ matcher, properties }) =>
        properties
          .filter(({ id }) => id === 'thresholds')
          .map(({ value }) => [matcher.options, valuesOf(value as FieldConfig['thresholds'])]),
      );
    };
    expect(read(THRESHOLDS)).toEqual([
      ['Critical', [null, 1]],
      ['Warning', [null, 1]],
      ['App latency p95', [null, 0.3, 0.7]],
      ['Handler p95', [null, 0.3, 0.7]],
      ['Error rate', [null, 0.03, 0.07]],
      ['Memory', [null, 0.55, 0.65]],
      ['Event loop p99', [null, 0.11, 0.41]],
    ]);
    expect(read(NONE)).toEqual([
      ['Critical', [null, 1]],
      ['Warning', [null, 1]],
    ]);
  });

  it('stand in the unit of the panel, without the digits that binary fractions add', () => {
    const { alerts } = configOf({
      alerts: { thresholds: { memory_warning_percent: 70, memory_critical_percent: 93 } },
    });
    expect(limitsOf(alerts).memoryRatio).toEqual({ warning: 0.7, critical: 0.93 });
  });

  it('may be one of the two', () => {
    expect(thresholdSteps({ warning: null, critical: 2 }).steps).toEqual([
      { color: 'green', value: null },
      { color: 'red', value: 2 },
    ]);
    expect(thresholdSteps({ warning: 0, critical: null }).steps.map(({ value }) => value)).toEqual([null, 0]);
  });

  it.each([
    ['all are set', { thresholds: THRESHOLDS }, 10],
    ['none is set', { thresholds: NONE }, 0],
    ['queues have none', {}, 9],
    ['alerts are off', { enabled: false, thresholds: THRESHOLDS }, 0],
  ])('are spoken of in descriptions just where they are drawn, where %s', (_, alerts, count) => {
    const panels = dashboardsOf(configOf({ alerts }), []).flatMap(panelsOf);
    const drawn = panels.filter(({ fieldConfig }) => {
      const { mode } = (fieldConfig?.defaults.custom?.['thresholdsStyle'] ?? {}) as { readonly mode?: string };
      return mode === 'dashed';
    });
    expect(drawn).toHaveLength(count);
    const titles = (list: readonly Panel[]): string[] => list.map(({ title }) => title);
    expect(titles(panels.filter(({ description = '' }) => /dashed/.test(description)))).toEqual(titles(drawn));
    for (const { title, description = '', fieldConfig } of panels.filter(({ type }) => type === 'stat')) {
      const limited = fieldConfig!.defaults.thresholds!.steps.length > 1;
      if (/green/.test(description)) expect([title, limited]).toEqual([title, true]);
    }
  });

  it('belong to the statistic that the alerts look at', () => {
    const [service] = dashboardsOf(configOf({ alerts: { latency_statistic: 'avg' } }), []);
    const panel = panelOn([service!], 0, 'Latency avg');
    expect(panel.targets![0]!.expr).toContain('realtime_latency_seconds_sum');
  });
});
