import { dashboardsOf } from '../../../src/grafana/dashboards.ts';
import type { Dashboard, Panel } from '../../../src/grafana/schema.ts';
import { configOf, panelsOf, queriesOf } from '../../support/dashboards.ts';
import { parenthesesAfter } from '../../support/parentheses.ts';

const dashboards = dashboardsOf(configOf(), [
  { name: 'shop.wait', kind: 'histogram', unit: 's', description: 'Wait', attributes: [{ key: 'shop' }] },
  { name: 'shop.heat', kind: 'gauge', unit: 'Cel', description: 'Heat', attributes: [{ key: 'shop' }] },
]);
const [service, , runtime, fleet] = dashboards as readonly [Dashboard, Dashboard, Dashboard, Dashboard];

const all = dashboards.flatMap(panelsOf);
const ofType = (...types: readonly string[]): Panel[] => all.filter(({ type }) => types.includes(type));
const titled = (dashboard: Dashboard, title: string): Panel => panelsOf(dashboard).find((one) => one.title === title)!;
const styleOf = ({ fieldConfig }: Panel) => fieldConfig?.defaults.custom as Readonly<Record<string, unknown>>;

describe('panels of figures', () => {
  it.each(ofType('stat', 'bargauge', 'table').map((panel) => [panel.title, panel] as const))(
    '%s asks for now, as finely as Grafana can',
    (_, { type, targets = [], maxDataPoints }) => {
      const format = type === 'table' ? 'table' : 'time_series';
      for (const target of targets) expect(target).toMatchObject({ instant: true, range: false, format });
      expect(maxDataPoints).toBe(11_000);
    },
  );

  it.each(ofType('stat').map((panel) => [panel.title, panel] as const))(
    '%s has no curve, and says what it means that there is no value',
    (_, { options, fieldConfig }) => {
      expect(options?.['graphMode']).toBe('none');
      expect(fieldConfig?.defaults.noValue).toMatch(/^(idle|none|nothing reports)$/);
    },
  );

  it('are as the store has them', () => {
    for (const { title, options } of ofType('stat', 'bargauge')) {
      expect([title, options?.['reduceOptions']]).toEqual([
        title,
        { calcs: ['lastNotNull'], fields: '', values: false },
      ]);
    }
  });

  it.each(['Memory', 'CPU', 'Event loop'])('%s is of the worst instance', (title) => {
    expect(titled(service, title).targets![0]!.expr).toMatch(/^max\(/);
    expect(titled(service, title).description).toContain('of the instance with most');
  });

  it.each([/^Latency /, /^Error rate$/])('%s says that it is over all instances, and where each is', (title) => {
    const { description } = panelsOf(service).find((panel) => title.test(panel.title))!;
    expect(description).toMatch(/over all instances chosen together.*Fleet dashboard/is);
  });
});

describe('panels over time', () => {
  it('ask for ranges of series, heatmaps of buckets', () => {
    for (const { title, type, targets = [] } of ofType('timeseries', 'heatmap')) {
      const format = type === 'heatmap' ? 'heatmap' : 'time_series';
      for (const target of targets) {
        expect([title, target]).toEqual([title, expect.objectContaining({ range: true, instant: false, format })]);
      }
    }
  });

  it('put series on top of each other where they are parts of a whole, and nowhere else', () => {
    const stacked = ofType('timeseries').filter((panel) => {
      const { mode } = styleOf(panel)['stacking'] as { readonly mode: string };
      return mode !== 'none';
    });
    const lines = stacked.filter((panel) => styleOf(panel)['drawStyle'] === 'line').map(({ title }) => title);
    expect(lines.filter((title) => !title.startsWith('Client: '))).toEqual([
      'Open connections',
      'Handshakes by status',
      'Handshakes by route',
      'Closed by route',
      'Messages by route',
      'Payload by type',
      'Collections by type',
      'CPU of the host by state',
      'Connections by instance',
      'Bandwidth by instance',
    ]);
    const columns = ofType('timeseries').filter((panel) => styleOf(panel)['drawStyle'] === 'bars');
    expect(columns.filter((panel) => !stacked.includes(panel))).toEqual([]);
  });

  it('have the greatest first in their legend', () => {
    for (const panel of ofType('timeseries')) {
      const isBars = styleOf(panel)['drawStyle'] === 'bars';
      const calcs = isBars ? ['sum'] : panel.title === 'Uptime' ? ['lastNotNull'] : ['lastNotNull', 'max'];
      const legend = { calcs, sortBy: isBars ? 'Total' : 'Last *', sortDesc: true };
      expect([panel.title, panel.options?.['legend']]).toEqual([panel.title, expect.objectContaining(legend)]);
    }
  });

  it.each([
    ['p50', 'nodejs_eventloop_delay_p50_seconds'],
    ['p99', 'nodejs_eventloop_delay_p99_seconds'],
    ['longest', 'nodejs_eventloop_delay_max_seconds'],
  ])('show as %s of the event loop delay %s, of the worst instance', (legend, metric) => {
    const target = titled(runtime, 'Event loop delay').targets!.find(({ legendFormat }) => legendFormat === legend);
    expect(target!.expr).toMatch(new RegExp(`^max\\(${metric}\\{`));
  });

  it.each(['Application latency', 'Handler time'])('count first values in %s, as the alerts do', (title) => {
    for (const { expr } of titled(service, title).targets!) {
      expect(expr).toMatch(/^histogram_quantile\(.*_bucket\{[^}]*\} - .* offset \$__rate_interval >= 0/s);
      expect(expr).not.toContain('rate(');
    }
  });

  it('do not promise ten where others come in at other times', () => {
    const ten = all.filter(({ description = '' }) => /\b(10|ten) /.test(description));
    expect(ten.length).toBeGreaterThan(0);
    for (const { title, description } of ten) {
      expect([title, description]).toEqual([title, expect.stringContaining('greatest at each moment')]);
    }
  });
});

describe('a stand-in for a missing label', () => {
  const standIns = dashboards.flatMap(queriesOf).filter(({ target }) => target.expr.includes('label_replace'));

  it('may be a value too: its series are marked, and summed up again', () => {
    expect(standIns.length).toBeGreaterThan(15);
    for (const { panel, target } of standIns) {
      const expr = target.expr.replace(/\s+/g, ' ');
      const outer = [...expr.matchAll(/(?<!label_replace\( ?)label_replace\(/g)];
      for (const { index } of outer) {
        const inside = parenthesesAfter(expr, index);
        const label = /, "(\w+)", "[^"]*", "\1", ""$/.exec(inside)![1]!;
        const marked = new RegExp(`^ ?label_replace\\(.*, "unnamed", "\\w+", "${label}", ""\\) ?, "${label}"`);
        expect([panel.title, inside]).toEqual([panel.title, expect.stringMatching(marked)]);
        const before = expr.slice(0, index).trimEnd();
        const isSummed = /\b(sum|max) by \([^)]*\) ?\($/.test(before) || before.endsWith(' or');
        expect([panel.title, isSummed]).toEqual([panel.title, true]);
      }
    }
  });
});

describe('alerts', () => {
  const coloursOf = ({ fieldConfig }: Panel): Record<string, unknown> =>
    Object.fromEntries(
      fieldConfig!.overrides.flatMap(({ matcher, properties }) =>
        properties
          .filter(({ id }) => id === 'thresholds')
          .map(({ value }) => {
            const { steps } = value as { readonly steps: readonly { readonly color: string; value: number | null }[] };
            return [matcher.options as string, steps.map((step) => `${step.value ?? ''}${step.color}`).join(' ')];
          }),
      ),
    );

  it.each([
    ['Alerts', service],
    ['Instances with a firing alert', fleet],
  ])('are red where they are critical and orange where they are warnings, in %s', (title, dashboard) => {
    const panel = titled(dashboard, title);
    expect(coloursOf(panel)).toEqual({ critical: 'green 1red', warning: 'green 1orange' });
    for (const { expr, legendFormat } of panel.targets!) {
      expect(expr).toContain(`severity="${legendFormat}"`);
      expect(expr).toContain('\nor\n0 * sum(process_uptime_seconds');
    }
  });

  it('are red and orange in the table of instances', () => {
    expect(coloursOf(titled(fleet, 'Every instance'))).toMatchObject({
      Critical: 'transparent 1red',
      Warning: 'transparent 1orange',
    });
  });

  it('are marked red and orange on all panels', () => {
    const marks = service.annotations.list.filter(({ name }) => name.startsWith('Alerts: '));
    expect(marks.map(({ iconColor, expr }) => [iconColor, /severity="(\w+)"/.exec(expr!)?.[1]])).toEqual([
      ['orange', 'warning'],
      ['red', 'critical'],
    ]);
  });

  it('are off, rather than 0, where nothing looks for them', () => {
    const off = dashboardsOf(configOf({ alerts: { enabled: false } }), []);
    for (const [panel, description] of [
      [titled(off[0]!, 'Alerts'), /Normal: off/],
      [titled(off[3]!, 'Instances with a firing alert'), /Normal: off/],
    ] as const) {
      expect(panel.fieldConfig?.defaults.noValue).toBe('off');
      expect(panel.description).toMatch(description);
      for (const { expr } of panel.targets!) expect(expr).not.toMatch(/\bor\b|process_uptime/);
    }
    expect(titled(off[0]!, 'Alerts that fire').fieldConfig?.defaults.noValue).toBe('Alerts are off');
    const { targets = [], options } = titled(off[3]!, 'Every instance');
    expect(targets.filter(({ expr }) => expr.includes('telemetry_alert_active'))).toEqual([]);
    expect(options?.['sortBy']).toEqual([{ displayName: 'Instance', desc: false }]);
  });
});

describe('starts', () => {
  it('are marked while a process is young', () => {
    const { expr } = service.annotations.list.find(({ name }) => name === 'Starts')!;
    expect(expr).toMatch(/^process_uptime_seconds\{[^}]*\} < \$__rate_interval$/);
  });

  it('are counted by what was set back', () => {
    expect(titled(runtime, 'Restarts').targets![0]!.expr).toMatch(/^sum\(resets\(process_uptime_seconds\{[^}]*\}\[/);
  });
});
