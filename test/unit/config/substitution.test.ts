import { resolveDocuments } from '../../../src/config/resolve.ts';
import { substitute } from '../../../src/config/substitution.ts';

const ENVIRONMENT = { NAME: 'value', EMPTY: '', DOLLAR: '${NAME} $$', PORT: '9999', SECRET: 'hidden-Zq8' };

describe('substitute', () => {
  // the examples of the OpenTelemetry specification are among them
  it.each([
    ['${NAME}', 'value'],
    ['${env:NAME}', 'value'],
    ['a ${NAME} b ${PORT}', 'a value b 9999'],
    ['${NOT_SET:-fallback}', 'fallback'],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${NAME:-fallback}', 'value'],
    ['${NOT_SET:-}', ''],
    ['${NOT_SET:-a:-b $ c}', 'a:-b $ c'],
    ['$${NAME}', '${NAME}'],
    ['$$${NAME}', '$value'],
    ['$$$${NAME}', '$${NAME}'],
    ['a $$ b', 'a $ b'],
    ['a $ b', 'a $ b'],
    ['$NAME', '$NAME'],
    ['${DOLLAR}', '${NAME} $$'],
  ])('makes of %s %s', (text, expected) => {
    expect(substitute(text, ENVIRONMENT)).toMatchObject({ text: expected, problems: [] });
  });

  it.each(['${', 'a ${NAME', '${}', '${1NAME}', '${API_$KEY}', '${NAME:?error}', '${sys:NAME}', '${NA ME}'])(
    'finds %s wrong',
    (text) => {
      expect(substitute(text, ENVIRONMENT).problems).toEqual([
        '${NAME} or ${NAME:-default} after each ${, or $${ for the characters themselves',
      ]);
    },
  );

  it.each(['NOT_SET', 'EMPTY', 'toString', '__proto__'])('wants %s to be set', (name) => {
    expect(substitute(`x\${${name}}`, ENVIRONMENT).problems).toEqual([
      `the environment variable ${name} to be set, or a default: \${${name}:-…}`,
    ]);
  });
});

const resolved = (document: unknown): ReturnType<typeof resolveDocuments>['config'] =>
  resolveDocuments('test', [document], ENVIRONMENT).config;

describe('a variable in the document', () => {
  it('becomes what the key wants where it is the whole value', () => {
    const config = resolved({
      enabled: '${OFF:-FALSE}',
      service_name: '${PORT}',
      prometheus: { port: '${PORT}', host: '${HOST:-localhost}', labels: { a: '${NAME}-${PORT}' } },
      logging: { level: '${LEVEL:-debug}' },
      latency_buckets_ms: [1, '${TOP:-2.5e1}'],
      alerts: { thresholds: { memory_warning_percent: '${NONE:-null}' }, rules: [] },
    });
    expect(config).toMatchObject({
      enabled: false,
      service_name: '9999',
      prometheus: { port: 9999, host: 'localhost', labels: { a: 'value-9999' } },
      logging: { level: 'debug' },
      latency_buckets_ms: [1, 25],
      alerts: { thresholds: { memory_warning_percent: null, memory_critical_percent: null } },
    });
  });

  it('means the same in code as in the file, and $$ is $ in both', () => {
    const file = { service_name: '${NAME}' };
    const code = { prometheus: { token: 'a$$b', port: '${PORT}' } };
    expect(resolveDocuments('test', [file, code], ENVIRONMENT).config).toMatchObject({
      service_name: 'value',
      prometheus: { token: 'a$b', port: 9999 },
    });
  });

  it.each([
    [
      { prometheus: { port: '${SECRET}' } },
      'prometheus.port: "${SECRET}", expected a whole number from 0 to 65535, after s',
    ],
    [
      { prometheus: { port: '1${PORT}' } },
      'prometheus.port: "…${PORT}", expected a whole number from 0 to 65535, after',
    ],
    [{ prometheus: { port: '${NONE:-hidden-Zq8}' } }, 'prometheus.port: "${NONE:-…}", expected a whole number'],
    [{ logging: { level: '${SECRET}' } }, 'logging.level: "${SECRET}", expected one of "debug"'],
    [{ logging: '${SECRET}' }, 'logging: "${SECRET}", expected a section (an object)'],
    [{ websocket: { routes: ['${SECRET}'] } }, 'websocket.routes.0: "${SECRET}", expected a path pattern'],
    [
      { prometheus: { token: '${NONE}' } },
      'prometheus.token: "***", expected the environment variable NONE to be set, or',
    ],
    [
      { service_name: '${NONE}' },
      'service_name: "${NONE}", expected the environment variable NONE to be set, or a default: ${NONE:-…}',
    ],
    [{ service_name: '${EMPTY}' }, 'service_name: "${EMPTY}", expected the environment variable EMPTY to be set'],
    [
      { service_name: '${NONE:-}' },
      'service_name: "${NONE:-…}", expected a text that is not empty, after substitution',
    ],
    [{ service_name: 'hidden-Zq8${' }, 'service_name: "…", expected ${NAME} or ${NAME:-default} after each ${'],
    [
      { alerts: { thresholds: { high_latency_ms: '${PORT}', critical_latency_ms: 5 } } },
      'alerts.thresholds.critical_latency_ms: 5, expected at least the warning\'s threshold, alerts.thresholds.high_latency_ms ("${PORT}")',
    ],
  ])('is shown in a message as it was written: %j', (document, message) => {
    expect(() => resolved(document)).toThrow(message);
    expect(() => resolved(document)).not.toThrow(/hidden|9999/);
  });

  it('is not shown where a later document says otherwise', () => {
    const [file, code] = [{ prometheus: { port: '${PORT}' } }, { prometheus: { port: -1 } }];
    expect(() => resolveDocuments('test', [file, code], ENVIRONMENT)).toThrow('prometheus.port: -1, expected');
  });

  it('is not looked for in names', () => {
    expect(() => resolved({ prometheus: { labels: { '${NAME}': 'x' } } })).toThrow('prometheus.labels."${NAME}"');
  });
});
