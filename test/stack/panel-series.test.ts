import { resolveConfig } from '../../src/config/resolve.ts';
import { dashboardsOf } from '../../src/grafana/dashboards.ts';
import type { Dashboard } from '../../src/grafana/schema.ts';
import { panelQueries, panelTitled, queriesOf } from '../support/panel-queries.ts';
import { readPromql, withVariables } from '../support/promql.ts';
import { wrongIn } from '../support/promtool.ts';
import type { GivenSeries } from '../support/promtool.ts';

const dashboards = dashboardsOf(resolveConfig('test', {}), [
  { name: 'shop.wait', kind: 'histogram', unit: 's', description: 'Wait', attributes: [{ key: 'shop' }] },
  { name: 'shop.heat', kind: 'gauge', unit: 'Cel', description: 'Heat', attributes: [{ key: 'shop' }] },
]);
const [service, websocket, runtime, fleet, custom] = dashboards;

const A = 'job="chat", instance="a"';
const B = 'job="chat", instance="b"';

/** Queries are asked with a range of 10 minutes and `$__rate_interval` of one. */
const filled = (expr: string): string => withVariables(expr, { __range: '10m' });

function exprOf(dashboard: Dashboard, title: string, refId: string): string {
  if (title.startsWith('annotation ')) {
    return filled(queriesOf(dashboard).find((query) => query.title === title)!.expr);
  }
  const queries = panelQueries(dashboard, '', panelTitled(dashboard, title));
  return filled(queries.find((query) => query.refId === refId)!.expr);
}

/** `a` rests; `b` works harder, and began anew in the sixth minute. Both stand on a host of two CPUs. */
const RUNTIME: readonly GivenSeries[] = [
  [`process_uptime_seconds{${A}}`, '1000+15x40'],
  [`process_uptime_seconds{${B}}`, '5000+15x20 5+15x19'],
  [`process_cpu_utilization_ratio{${A}}`, '0.2x40'],
  [`process_cpu_utilization_ratio{${B}}`, '0.7x40'],
  [`process_memory_usage_bytes{${A}}`, '100x40'],
  [`process_memory_usage_bytes{${B}}`, '300x40'],
  [`process_memory_utilization_ratio{${A}}`, '0.1x40'],
  [`process_memory_utilization_ratio{${B}}`, '0.3x40'],
  [`nodejs_eventloop_delay_p50_seconds{${A}}`, '0.001x40'],
  [`nodejs_eventloop_delay_p50_seconds{${B}}`, '0.002x40'],
  [`nodejs_eventloop_delay_p99_seconds{${A}}`, '0.01x40'],
  [`nodejs_eventloop_delay_p99_seconds{${B}}`, '0.02x40'],
  [`nodejs_eventloop_delay_max_seconds{${A}}`, '0.1x40'],
  [`nodejs_eventloop_delay_max_seconds{${B}}`, '0.2x40'],
  [`nodejs_eventloop_utilization_ratio{${A}}`, '0.25x40'],
  [`nodejs_eventloop_utilization_ratio{${B}}`, '0.75x40'],
  [`v8js_memory_heap_used_bytes{${A}}`, '10x40'],
  [`v8js_memory_heap_used_bytes{${B}}`, '20x40'],
  [`v8js_memory_heap_limit_bytes{${A}}`, '500x40'],
  [`v8js_memory_heap_limit_bytes{${B}}`, '400x40'],
  [`v8js_gc_duration_seconds_count{${A}, v8js_gc_type="minor"}`, '0+30x40'],
  [`v8js_gc_duration_seconds_sum{${A}, v8js_gc_type="minor"}`, '0+3x40'],
  [`v8js_gc_duration_seconds_bucket{${A}, v8js_gc_type="minor", le="0.1"}`, '0+15x40'],
  [`v8js_gc_duration_seconds_bucket{${A}, v8js_gc_type="minor", le="0.2"}`, '0+30x40'],
  [`v8js_gc_duration_seconds_bucket{${A}, v8js_gc_type="minor", le="+Inf"}`, '0+30x40'],
  [`system_cpu_utilization_ratio{${A}, system_cpu_logical_number="0", system_cpu_state="idle"}`, '0.9x40'],
  [`system_cpu_utilization_ratio{${A}, system_cpu_logical_number="1", system_cpu_state="idle"}`, '0.5x40'],
  [`system_cpu_utilization_ratio{${A}, system_cpu_logical_number="0", system_cpu_state="user"}`, '0.1x40'],
  [`system_cpu_utilization_ratio{${A}, system_cpu_logical_number="1", system_cpu_state="user"}`, '0.5x40'],
  [`system_cpu_time_seconds_total{${A}, system_cpu_logical_number="0", system_cpu_state="user"}`, '0+1.5x40'],
  [`system_cpu_time_seconds_total{${A}, system_cpu_logical_number="1", system_cpu_state="user"}`, '0+7.5x40'],
  [`system_cpu_time_seconds_total{${A}, system_cpu_logical_number="0", system_cpu_state="idle"}`, '0+13.5x40'],
  [`system_memory_usage_bytes{${A}, system_memory_state="used"}`, '600x40'],
  [`system_memory_usage_bytes{${A}, system_memory_state="free"}`, '400x40'],
  [`system_memory_utilization_ratio{${A}, system_memory_state="used"}`, '0.6x40'],
  [`system_memory_utilization_ratio{${A}, system_memory_state="free"}`, '0.4x40'],
];

const each = (a: number, b: number) => ({ [`{${A}}`]: a, [`{${B}}`]: b });

describe('of two instances, one of which was restarted,', () => {
  it.each<[title: string, dashboard: Dashboard, refId: string, at: string, samples: Readonly<Record<string, number>>]>([
    ['CPU', service!, 'A', '10m', { '{}': 0.7 }],
    ['Memory', service!, 'A', '10m', { '{}': 0.3 }],
    ['Event loop', service!, 'A', '10m', { '{}': 0.02 }],
    ['CPU of the process', runtime!, 'A', '10m', each(0.2, 0.7)],
    ['Memory of the process', runtime!, 'A', '10m', each(100, 300)],
    ["Memory, share of the container's limit", runtime!, 'A', '10m', each(0.1, 0.3)],
    ['JavaScript heap in use and limit', runtime!, 'A', '10m', each(10, 20)],
    ['JavaScript heap in use and limit', runtime!, 'B', '10m', { '{}': 400 }],
    ['Uptime', runtime!, 'A', '10m', each(1600, 290)],
    ['Shortest uptime', runtime!, 'A', '10m', { '{}': 290 }],
    ['Restarts', runtime!, 'A', '10m', { '{}': 1 }],
    ['Event loop delay', runtime!, 'A', '10m', { '{}': 0.002 }],
    ['Event loop delay', runtime!, 'B', '10m', { '{}': 0.02 }],
    ['Event loop delay', runtime!, 'C', '10m', { '{}': 0.2 }],
    ['Event loop delay p99 by instance', runtime!, 'A', '10m', each(0.01, 0.02)],
    ['Event loop utilisation', runtime!, 'A', '10m', each(0.25, 0.75)],
    ['Collections by type', runtime!, 'A', '10m', { '{v8js_gc_type="minor"}': 2 }],
    ['Time in garbage collection', runtime!, 'A', '10m', { [`{${A}}`]: 0.2 }],
    ['Longest collections', runtime!, 'A', '10m', { '{v8js_gc_type="minor"}': 0.198 }],
    ['CPU of the host', runtime!, 'A', '10m', { [`{${A}}`]: 0.3 }],
    ['CPU of the host', runtime!, 'B', '10m', { '{}': 0.5 }],
    ['CPU of the host by state', runtime!, 'A', '10m', { '{system_cpu_state="user"}': 0.6 }],
    ['Memory of the host', runtime!, 'A', '10m', { [`{${A}}`]: 600 }],
    ['Memory of the host in use', runtime!, 'A', '10m', { [`{${A}}`]: 0.6 }],
    ['annotation Starts', runtime!, '', '10m', {}],
    ['annotation Starts', runtime!, '', '5m30s', { [`process_uptime_seconds{${B}}`]: 20 }],
    ['Instances up', fleet!, 'A', '10m', { '{}': 2 }],
    ['Memory over the instances', fleet!, 'A', '10m', { '{}': 0.3 }],
    ['Memory over the instances', fleet!, 'B', '10m', { '{}': 0.2 }],
    ['Memory over the instances', fleet!, 'C', '10m', { '{}': 0.1 }],
  ])('%s', (title, dashboard, refId, at, samples) => {
    expect(wrongIn(RUNTIME, [{ expr: exprOf(dashboard, title, refId), at, samples }])).toBe('');
  });
});

describe('after the traffic has ended', () => {
  const buckets = (['0.1', '1', '+Inf'] as const).map((le): GivenSeries => [
    `realtime_latency_seconds_bucket{${A}, le="${le}"}`,
    `${le === '0.1' ? '0' : '50'}x40`,
  ]);
  const others: readonly GivenSeries[] = [
    [`process_uptime_seconds{${A}}`, '1000+15x60'],
    [`realtime_latency_seconds_count{${A}}`, '50x40'],
    [`websocket_server_messages_total{${A}, network_io_direction="receive"}`, '0+1x8 8x32'],
    [`realtime_errors_total{${A}, component="storage", severity="error"}`, '0+1x8 8x32'],
  ];
  const given = [...others, ...buckets];

  it.each(['Latency p95', 'Error rate'])('%s is idle', (title) => {
    expect(wrongIn(given, [{ expr: exprOf(service!, title, 'A'), at: '9m', samples: {} }])).toBe('');
  });

  it('Error rate has a value while errors come', () => {
    expect(wrongIn(given, [{ expr: exprOf(service!, 'Error rate', 'A'), at: '1m30s', samples: { '{}': 1 } }])).toBe('');
  });
});

describe('the first values of a new series', () => {
  // a burst, then silence: the series is born with its only values
  const burst = (name: string, bounds: Readonly<Record<string, number>>): GivenSeries[] =>
    Object.entries(bounds).map(([le, count]) => [`${name}_bucket{${A}, le="${le}"}`, `_x37 ${count}x2`]);
  const bounds = { '5': 0, '10': 20, '+Inf': 20 };
  const given: readonly GivenSeries[] = [
    [`process_uptime_seconds{${A}}`, '1000+15x40'],
    ...burst('realtime_latency_seconds', bounds),
    ...burst('websocket_server_message_process_duration_seconds', bounds),
  ];

  it.each([
    ['Application latency', service!, 'B', { '{}': 9.75 }],
    ['Latency p95', service!, 'A', { '{}': 9.75 }],
    ['Latency p95', service!, 'B', { '{}': 9.75 }],
    ['Handler time', service!, 'B', { '{}': 9.75 }],
    ['Message handler time', websocket!, 'B', { '{}': 9.75 }],
    ['Slowest by application p95', fleet!, 'A', { [`{${A}}`]: 9.75 }],
    ['Slowest by handler p95', fleet!, 'A', { [`{${A}}`]: 9.75 }],
  ])('are seen in %s', (title, dashboard, refId, samples) => {
    expect(wrongIn(given, [{ expr: exprOf(dashboard, title, refId), at: '9m45s', samples }])).toBe('');
  });
});

describe('what bears the name of the stand-in for a missing label', () => {
  const named = dashboards
    .flatMap(queriesOf)
    .filter(({ expr }) => expr.includes('label_replace'))
    .map((query) => [`${query.dashboard.title}: ${query.title} ${query.refId}`, filled(query.expr)] as const);

  it.each(named)('does not keep %s from being shown', (_, expr) => {
    const standIns = [...expr.matchAll(/, "(\w+)", "([^"]*)", "\1", ""/g)].map(([, label, text]) => [label, text]);
    const [, direction = 'receive'] = /direction="(\w+)"/.exec(expr) ?? [];
    const labels = `${A}, network_io_direction="${direction}"`;
    const selectors = new Set(readPromql(expr).selectors.map(({ name }) => name));
    const given = [...selectors]
      .filter((name) => name !== 'process_uptime_seconds')
      .flatMap((name) =>
        (name.endsWith('_bucket') ? [', le="1"', ', le="+Inf"'] : ['']).flatMap((le): GivenSeries[] => [
          [`${name}{${labels}${le}}`, '0+1x40'],
          ...standIns.map(([label, text]): GivenSeries => [`${name}{${labels}${le}, ${label}="${text}"}`, '0+1x40']),
        ]),
      );
    given.push([`process_uptime_seconds{${A}}`, '1000+15x40']);
    // it is computed, error or not, and nothing of it is left
    const counted = `count(\n${expr}\n) * 0`;
    expect(wrongIn(given, [{ expr: counted, at: '5m', samples: { '{}': 0 } }])).toBe('');
  });

  it('would do so without the mark', () => {
    const given: GivenSeries[] = [
      [`realtime_queue_size{${A}}`, '1x40'],
      [`realtime_queue_size{${A}, queue="_other"}`, '2x40'],
    ];
    const expr = 'sum by (queue) (label_replace(realtime_queue_size, "queue", "_other", "queue", ""))';
    expect(wrongIn(given, [{ expr, at: '5m', samples: { '{queue="_other"}': 3 } }])).toContain('same labelset');
    const ours = exprOf(service!, 'Queues', 'A');
    expect(wrongIn(given, [{ expr: ours, at: '5m', samples: { '{queue="_other"}': 3 } }])).toBe('');
  });

  it('is added to it: errors by component, and a gauge takes the greater', () => {
    const errors: GivenSeries[] = [
      [`realtime_errors_total{${A}, severity="error"}`, '3x40'],
      [`realtime_errors_total{${A}, component="_other", severity="error"}`, '4x40'],
      [`realtime_errors_total{${A}, component="websocket"}`, '5x40'],
      [`websocket_server_errors_total{${A}}`, '6x40'],
      [`shop_heat_celsius{${A}}`, '20x40'],
      [`shop_heat_celsius{${A}, shop="none"}`, '30x40'],
    ];
    const expected = [
      {
        expr: exprOf(service!, 'Errors by component since start', 'A'),
        at: '5m',
        samples: { '{component="_other"}': 7, '{component="websocket"}': 11 },
      },
      { expr: exprOf(custom!, 'shop.heat', 'A'), at: '5m', samples: { '{shop="none"}': 30 } },
    ];
    expect(wrongIn(errors, expected)).toBe('');
  });
});
