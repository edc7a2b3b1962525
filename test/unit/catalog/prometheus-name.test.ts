import fc from 'fast-check';
import type { MetricKind } from '../../../src/catalog/metric.ts';
import { labelName, prometheusName } from '../../../src/catalog/prometheus-name.ts';

describe('prometheusName', () => {
  // Cases of the translator's published rules; the stack tests compare with a real store.
  it.each<[string, string, MetricKind, string]>([
    ['websocket.server.messages', '{message}', 'counter', 'websocket_server_messages_total'],
    ['websocket.server.io', 'By', 'counter', 'websocket_server_io_bytes_total'],
    ['websocket.server.open_connections', '{connection}', 'up_down_counter', 'websocket_server_open_connections'],
    ['realtime.latency', 's', 'histogram', 'realtime_latency_seconds'],
    ['process.cpu.utilization', '1', 'gauge', 'process_cpu_utilization_ratio'],
    ['retries', '1', 'counter', 'retries_total'],
    ['pool.share', '1', 'up_down_counter', 'pool_share'],
    ['request.duration.seconds', 's', 'histogram', 'request_duration_seconds'],
    ['requests_total', '', 'counter', 'requests_total'],
    ['total.requests', '', 'counter', 'requests_total'],
    ['disk.bytes.read', 'By', 'counter', 'disk_bytes_read_total'],
    ['throughput', 'By/s', 'gauge', 'throughput_bytes_per_second'],
    ['speed', 'm/h', 'gauge', 'speed_meters_per_hour'],
    ['rate', '{request}/s', 'gauge', 'rate_per_second'],
    ['ratio.of.hits', '1', 'gauge', 'of_hits_ratio'],
    ['temperature', 'Cel', 'gauge', 'temperature_celsius'],
    ['fill', '%', 'gauge', 'fill_percent'],
    ['delay', 'ms', 'histogram', 'delay_milliseconds'],
    ['9lives', '', 'gauge', '_9lives'],
    ['a--b..c__d', '', 'gauge', 'a_b_c_d'],
    ['odd', 'foo bar', 'gauge', 'odd_foo_bar'],
    ['with:colon', '', 'gauge', 'with:colon'],
  ])('spells %s in %s (%s) as %s', (name, unit, kind, expected) => {
    expect(prometheusName(name, unit, kind)?.name).toBe(expected);
  });

  it('gives OpenMetrics the name without _total and the unit it ends with', () => {
    expect(prometheusName('a.io', 'By', 'counter')).toEqual({
      name: 'a_io_bytes_total',
      family: 'a_io_bytes',
      unit: 'bytes',
    });
    expect(prometheusName('a.b', '1', 'gauge')).toEqual({ name: 'a_b_ratio', family: 'a_b_ratio', unit: 'ratio' });
    expect(prometheusName('a.bytes.read', 'By', 'gauge')).toEqual({
      name: 'a_bytes_read',
      family: 'a_bytes_read',
      unit: '',
    });
  });

  it('gives nothing where nothing is left', () => {
    expect(prometheusName('...', '', 'gauge')).toBeNull();
    expect(prometheusName('', '', 'gauge')).toBeNull();
    expect(prometheusName('total', '', 'counter')).toEqual({ name: 'total', family: 'total', unit: '' });
    expect(prometheusName('target.info', '', 'gauge')).toBeNull();
  });

  it('gives valid names, and the same again for a name it gave', () => {
    const kind = fc.constantFrom<MetricKind>('counter', 'gauge', 'up_down_counter', 'histogram');
    const unit = fc.oneof(fc.constantFrom('s', 'By', '1', '%', 'By/s', '{x}', 'ms', ''), fc.string({ maxLength: 6 }));
    fc.assert(
      fc.property(fc.string(), unit, kind, (name, unitText, kindName) => {
        const spelled = prometheusName(name, unitText, kindName);
        if (spelled === null) return;
        expect(spelled.name).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
        expect(spelled.unit === '' || spelled.family.endsWith(`_${spelled.unit}`)).toBe(true);
        if (/^[a-zA-Z0-9]*$/.test(unitText))
          expect(prometheusName(spelled.name, unitText, kindName)?.name).toBe(spelled.name);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('labelName', () => {
  it.each([
    ['network.io.direction', 'network_io_direction'],
    ['9x', 'key_9x'],
    ['_x', 'key_x'],
    ['__x', '__x'],
    ['a-b c', 'a_b_c'],
    ['ü', 'key_'],
    ['日本', null],
    ['', null],
    ['___', '___'],
    ['__name__', null],
  ])('spells %p as %p', (key, expected) => {
    expect(labelName(key)).toBe(expected);
  });
});
