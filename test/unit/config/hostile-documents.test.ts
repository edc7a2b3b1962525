import { TelemetryConfigError } from '../../../src/base/errors.ts';
import { resolveDocuments } from '../../../src/config/resolve.ts';

function messageOf(...documents: unknown[]): string {
  try {
    resolveDocuments('code', documents, {});
    return '';
  } catch (error) {
    if (error instanceof TelemetryConfigError) return error.message;
    throw error;
  }
}

const deepArray = (levels: number): unknown => {
  let value: unknown = 'geheim';
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};

const cycle = (): Record<string, unknown> => {
  const value: Record<string, unknown> = {};
  value['live'] = value;
  value['prometheus'] = value;
  return value;
};

const throwing = (): never => {
  throw new Error('geheim');
};

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

describe('a document that nobody could write by hand', () => {
  it.each<[string, unknown, string]>([
    ['a cycle', cycle(), 'live.live: no such key'],
    [
      '100,000 nested arrays',
      { websocket: { routes: deepArray(100_000) } },
      'websocket.routes.0: an array, expected a path',
    ],
    [
      '100,000 nested arrays of JSON',
      JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
      'a: no such key',
    ],
    ['a text of 10 MB', { prometheus: { token: 'x'.repeat(1e7) } }, 'prometheus.token: a text of 10000000 characters'],
    ['a key of 10 MB', { ['x'.repeat(1e7)]: 1 }, 'x…": no such key; the keys of the document are'],
    [
      'a list of a million',
      { websocket: { ignore: new Array(1e6).fill('/') } },
      'websocket.ignore: 1000000 items, expected',
    ],
    [
      'a list with holes',
      { websocket: { ignore: new Array(3) } },
      'websocket.ignore.0: missing, expected a path pattern',
    ],
    ['a bigint', { prometheus: { port: 1n } }, 'prometheus.port: a bigint, expected a whole number'],
    ['a symbol', { service_name: Symbol('geheim') }, 'service_name: a symbol, expected a text'],
    ['a function', { logging: () => 'geheim' }, 'logging: a function, expected a section (an object)'],
    ['a Map', { retention: new Map([['window_ms', 5]]) }, 'retention: a Map, expected a section (an object)'],
    [
      'a getter that throws',
      { prometheus: Object.defineProperty({}, 'port', { get: throwing, enumerable: true }) },
      'prometheus.port: what cannot be read, expected a whole number',
    ],
    [
      'a Proxy that throws',
      { live: new Proxy({}, { ownKeys: throwing }) },
      'live: what cannot be read, expected a section',
    ],
    ['a Proxy that is no more', { live: revoked() }, 'live: what cannot be read, expected a section'],
    ['a Proxy that is no more as a value', { service_name: revoked() }, 'service_name: an object, expected a text'],
    ['__proto__', JSON.parse('{"__proto__":{"enabled":false}}'), '__proto__: no such key'],
    [
      '__proto__ of a map',
      JSON.parse('{"prometheus":{"labels":{"__proto__":"x"}}}'),
      'prometheus.labels.__proto__: no such name',
    ],
    ['constructor', { constructor: 1 }, 'constructor: no such key'],
    ['a name over two lines', { 'a\nb': 1 }, '"a\\nb": no such key'],
  ])('is refused: %s', (_what, document, message) => {
    expect(messageOf(document)).toContain(message);
    expect(messageOf(document)).not.toMatch(/geheim|^\s+at /m);
    expect(messageOf(document).length).toBeLessThan(2000);
  });

  it('pollutes no prototype', () => {
    messageOf(JSON.parse('{"prometheus":{"__proto__":{"polluted":1},"labels":{"__proto__":{"polluted":1}}}}'), {});
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('has its first 100 problems listed, and the others counted', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`zz${index}`, 'geheim']));
    const message = messageOf({ ...many, retention: 5 });
    expect(message.split('\n')).toHaveLength(102);
    expect(message).toMatch(/\n {2}\(document\): 99901 more problems, expected none$/);
  });

  it('is taken where it is only unusual', () => {
    class Settings {
      prometheus = { port: 1 };
      get enabled(): boolean {
        return false;
      }
    }
    const bare = Object.assign(Object.create(null) as object, { service_name: 'chat', retention: undefined });
    const { config } = resolveDocuments('code', [new Settings(), bare, undefined], {});
    expect(config).toMatchObject({ service_name: 'chat', prometheus: { port: 1 }, retention: { window_ms: 60_000 } });
  });
});

describe('a key that there is not', () => {
  it.each([
    [{ prometheus: { prot: 1 } }, 'prometheus.prot: no such key; did you mean `prometheus.port`?'],
    [{ samplingIntervalMs: 1 }, 'samplingIntervalMs: no such key; did you mean `sampling_interval_ms`?'],
    [{ promethues: {} }, 'promethues: no such key; did you mean `prometheus`?'],
    [{ port: 1 }, 'port: no such key; did you mean `prometheus.port`?'],
    [
      { alerts: { high_latency_ms: 1 } },
      'high_latency_ms: no such key; did you mean `alerts.thresholds.high_latency_ms`?',
    ],
    [{ window_ms: 1 }, 'window_ms: no such key; did you mean `retention.window_ms`?'],
    [{ bearertoken: 1 }, 'did you mean `alerts.channels.alertmanager.bearer_token`?'],
    [{ 'prometheus.port': 1 }, '"prometheus.port": no such key; did you mean `port` in the section `prometheus`?'],
    [{ prometheus: { tokn: 'geheim' } }, 'prometheus.tokn: no such key; did you mean `prometheus.token`?'],
    [{ live: { tls: {} } }, 'live.tls: no such key; did you mean `otlp.tls`?'],
    [{ live: { colour: 1 } }, 'live.colour: no such key; the keys here are enabled, token'],
    [{ alerts: { rules: [{ nmae: 'x' }] } }, 'alerts.rules.0.nmae: no such key; did you mean `alerts.rules.0.name`?'],
  ])('is named with the one that is meant: %j', (document, message) => {
    expect(messageOf(document)).toContain(message);
    expect(messageOf(document)).not.toContain('geheim');
  });
});

describe('a secret', () => {
  it.each<[unknown]>([
    [[{ token: 'geheim' }]],
    ['geheim'],
    [{ prometheus: 'geheim' }],
    [{ prometheus: ['geheim'] }],
    [{ prometheus: { port: 'geheim', host: { token: 'geheim' }, token: ['geheim'], labels: 'geheim' } }],
    [{ tokn: 'geheim', password: { a: 'geheim' } }],
    [{ otlp: { endpoint: 'geheim@example.com', headers: { authorization: ['geheim'] } } }],
    [{ otlp: { endpoint: 'ftp://geheim:geheim@example.com' }, grafana: { url: 'http://geheim:geheim@' } }],
    [{ logging: { level: 'geheim' }, enabled: 'geheim', latency_buckets_ms: ['geheim'] }],
    [{ websocket: { routes: ['geheim'], message_type: 'geheim' } }],
    [
      {
        alerts: {
          channels: { email: { password: 'geheim' }, alertmanager: { bearer_token: 'geheim', password: 'geheim' } },
        },
      },
    ],
    [{ alerts: { rules: ['geheim', { name: 'geheim geheim', statistic: 'geheim' }] } }],
    [{ service_name: 'geheim${', prometheus: { port: '${NONE:-geheim}' } }],
  ])('is in no message: %j', (document) => {
    expect(messageOf(document)).toContain('wrong configuration');
    expect(messageOf(document)).not.toContain('geheim');
  });
});
