import { GrafanaError } from '../../../../src/grafana/api/grafana-error.ts';
import type { Fault } from '../../../support/fake-grafana/fault.ts';
import { FakeGrafana } from '../../../support/fake-grafana/fake-grafana.ts';
import { freePort } from '../../../support/free-port.ts';
import { clientOf, grafanaError } from '../../../support/grafana-client.ts';
import { grafanaRule } from '../../../support/grafana-rule.ts';
import { HttpSink, answerWith } from '../../../support/http-sink.ts';
import type { Respond } from '../../../support/http-sink.ts';
import { closeLeftovers } from '../../../support/leftovers.ts';
import { startRawServer } from '../../../support/smtp-sink.ts';
import { waitFor } from '../../../support/wait-for.ts';

afterEach(closeLeftovers);

const SAVE = {
  dashboard: { uid: 'service', title: 'Service', panels: [] },
  folderUid: '',
  message: 'Set up',
  overwrite: false,
};

/** Faults after which the call has had its effect, or not, and nobody said so. */
const UNCLEAR: readonly (readonly [string, Fault])[] = [
  ['cut before it was handled', { kind: 'cut-before' }],
  ['cut in the middle of the answer', { kind: 'cut-amid' }],
  ['cut in place of the answer', { kind: 'cut-after' }],
  ['cut and handled later', { kind: 'cut-and-late', delayMs: 1 }],
  ['a 502', { kind: 'status', status: 502 }],
  ['a 504 after it was handled', { kind: 'status-after', status: 504 }],
  ['a 429', { kind: 'status', status: 429 }],
];

describe.each(UNCLEAR)('a call that ends with %s', (_, fault) => {
  it('has its effect once all the same', async () => {
    const grafana = await FakeGrafana.start();
    // what is put off comes before the next try, which would not find it otherwise
    const client = clientOf(grafana, { retry: { tries: 2, firstMs: 25, longestMs: 25 } });
    const { state } = grafana;
    // Grafana gives the keys back in order
    const jsonData = { timeInterval: '15s', httpMethod: 'POST' };
    const source = { uid: 'prom', name: 'Prometheus', type: 'prometheus', url: 'http://a', jsonData };
    const rule = grafanaRule({ uid: 'slow' });
    const failing = async <Result>(call: () => Promise<Result>): Promise<Result> => {
      grafana.fail(fault);
      const result = await call();
      await waitFor('what was put off', () => grafana.putOff === 0);
      return result;
    };
    expect(await failing(() => client.createFolder({ uid: 'ours', title: 'Ours' }))).toMatchObject({ uid: 'ours' });
    expect(await failing(() => client.saveDashboard(SAVE))).toMatchObject({ uid: 'service', version: 1 });
    expect(await failing(() => client.getDashboard('service'))).toMatchObject({ dashboard: { version: 1 } });
    expect(await failing(() => client.createDataSource(source))).toMatchObject({ uid: 'prom', version: 1 });
    const changed = { ...source, url: 'http://b', version: 1 };
    expect(await failing(() => client.updateDataSource('prom', changed))).toMatchObject({
      url: 'http://b',
      version: 2,
    });
    await failing(() => client.setRuleGroup('ours', 'checkout', { interval: 10, rules: [rule] }));
    const note = { text: 'Deployed', tags: [], timeMs: 5 };
    expect(await failing(() => client.annotate(note))).toEqual({ id: 1 });
    expect(state.dashboards.all.get('service')?.versions).toHaveLength(1);
    expect(state.annotations.all).toHaveLength(1);
    expect(state.alertRules.all.size).toBe(1);
  });
});

describe('a call that fails for a moment', () => {
  it('is tried again so many times, and then given up', async () => {
    const grafana = await FakeGrafana.start();
    grafana.fail({ kind: 'status', status: 503 }, Infinity);
    const error = await grafanaError(clientOf(grafana).health());
    expect(error).toMatchObject({ kind: 'busy', status: 503, isTransient: true });
    expect(grafana.requests).toHaveLength(4);
  });

  it('is not tried again where trying does not help', async () => {
    const grafana = await FakeGrafana.start();
    await grafanaError(clientOf(grafana, { credentials: undefined }).getFolder('ours'));
    expect(grafana.requests).toHaveLength(1);
  });

  it.each([
    ['7', 7000],
    ['0', 0],
    [new Date(Date.now() + 3_600_000 * 9).toUTCString(), 3_600_000],
    ['-1', undefined],
    ['soon', undefined],
  ])('says after what time Grafana wants to be asked again: %s', async (retryAfter, retryAfterMs) => {
    const grafana = await FakeGrafana.start();
    grafana.fail({ kind: 'status', status: 429, retryAfter }, Infinity);
    const client = clientOf(grafana, { retry: { tries: 1, firstMs: 1, longestMs: 1 } });
    expect(await grafanaError(client.health())).toMatchObject({ kind: 'busy', status: 429, retryAfterMs });
  });

  it('waits as long as Grafana asks for, and not at all where that is too long to wait here', async () => {
    const grafana = await FakeGrafana.start();
    grafana.fail({ kind: 'status', status: 429, retryAfter: '1' });
    const startMs = performance.now();
    await clientOf(grafana).health();
    expect(performance.now() - startMs).toBeGreaterThan(990);
    grafana.fail({ kind: 'status', status: 503, retryAfter: '60' });
    expect(await grafanaError(clientOf(grafana).health())).toMatchObject({ retryAfterMs: 60_000 });
    expect(grafana.requests).toHaveLength(3);
  });

  it('says so where it may have happened all the same', async () => {
    const grafana = await FakeGrafana.start();
    grafana.fail({ kind: 'cut-after' }, Infinity);
    const error = await grafanaError(clientOf(grafana).saveDashboard(SAVE));
    expect(error).toMatchObject({ kind: 'unreachable', isTransient: true, mayHaveHappened: true, status: undefined });
  });

  it('says so where nobody listens, and that it has not happened', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const error = await grafanaError(clientOf({ url }).saveDashboard(SAVE));
    expect(error).toMatchObject({ kind: 'unreachable', mayHaveHappened: false });
    expect(error.advice).toContain('grafana.url');
  });

  it('is given up at its timeout', async () => {
    const grafana = await FakeGrafana.start();
    grafana.fail({ kind: 'hang' }, Infinity);
    const error = await grafanaError(clientOf(grafana, { timeoutMs: 30 }).getFolder('ours'));
    expect(error).toMatchObject({ kind: 'timeout', message: 'GET /api/folders/ours: no answer within 30 ms' });
    expect(error.advice).toContain('grafana.timeout_ms');
  });

  it('ends at once when it is told to, in a request and between two', async () => {
    const grafana = await FakeGrafana.start();
    const abort = new AbortController();
    const { signal } = abort;
    const retry = { tries: 9, firstMs: 60_000, longestMs: 60_000 };
    grafana.fail({ kind: 'hang' }, 1);
    const hanging = grafanaError(clientOf(grafana, { signal, retry }).getFolder('ours'));
    await waitFor('the request', () => grafana.requests.length === 1);
    grafana.fail({ kind: 'status', status: 503 }, 1);
    const waiting = grafanaError(clientOf(grafana, { signal, retry }).getFolder('ours'));
    await waitFor('the answer', () => grafana.requests[1]?.status === 503);
    abort.abort();
    expect(await hanging).toMatchObject({ kind: 'aborted', isTransient: false });
    expect(await waiting).toMatchObject({ kind: 'aborted' });
    expect(await grafanaError(clientOf(grafana, { signal }).health())).toMatchObject({ kind: 'aborted' });
    expect(grafana.requests).toHaveLength(2);
  });
});

const TOKEN = 'glsa_admin_5e6f';

/** Answers with whatever the test says, and with what it was sent. */
const HOSTILE: readonly (readonly [string, Respond, string])[] = [
  ['a page for people', answerWith(200, '<!DOCTYPE html><html>'), 'not_grafana'],
  ['a page for people as a 404', answerWith(404, '<html>nginx</html>'), 'not_grafana'],
  ['a redirect', answerWith(302, '', { location: 'https://example.com/login?token=x' }), 'not_grafana'],
  ['no content', answerWith(200), 'not_grafana'],
  ['null', answerWith(200, 'null'), 'not_grafana'],
  ['a list', answerWith(200, '[1]'), 'not_grafana'],
  ['half of a JSON', answerWith(200, '{"dashboard":{"uid":'), 'not_grafana'],
  ['another JSON', answerWith(200, '{"dashboard":[],"meta":3}'), 'not_grafana'],
  ['fields of the prototype', answerWith(200, '{"__proto__":{"dashboard":{},"meta":{}}}'), 'not_grafana'],
  ['binary', (response) => response.end(Buffer.from(Array.from({ length: 999 }, (_, i) => i % 256))), 'not_grafana'],
  ['10 MB', (response) => response.end(`{"a":"${'x'.repeat(10_000_000)}"}`), 'not_grafana'],
  [
    'a message of 10 MB',
    (response) => response.writeHead(400).end(`{"message":"${'x'.repeat(10_000_000)}"}`),
    'not_grafana',
  ],
  ['depth', answerWith(400, `${'['.repeat(100_000)}${']'.repeat(100_000)}`), 'not_grafana'],
  [
    'its headers',
    (response, { headers }) => response.writeHead(400).end(JSON.stringify({ message: JSON.stringify(headers) })),
    'invalid',
  ],
  [
    'its headers, escaped',
    (response) => response.writeHead(400).end('{"message":"\\u0067lsa_admin_5e6f","status":"\\u0067lsa_admin_5e6f"}'),
    'invalid',
  ],
  ['its headers as a page', (response, { headers }) => response.end(headers.authorization), 'not_grafana'],
  ['lines and control characters', answerWith(400, '{"message":"one\\ntwo\\u0000\\u2028three\\u001b[31m"}'), 'invalid'],
  ['a status that is none of its own', answerWith(418, '{}'), 'invalid'],
];

describe('what is no answer of Grafana', () => {
  it.each(HOSTILE)('is named and quoted on one short line without a secret: %s', async (_, respond, kind) => {
    const sink = await HttpSink.start(respond);
    const error = await grafanaError(clientOf(sink).getDashboard('service'));
    expect(error.kind).toBe(kind);
    for (const text of [error.message, error.advice, error.reason ?? '', JSON.stringify(error), String(error.stack)]) {
      expect(text).not.toContain(TOKEN);
    }
    expect(error.message).toMatch(/^GET \/api\/dashboards\/uid\/service: [^\p{Cc}\u2028]*$/u);
    expect(error.message.length).toBeLessThan(300);
    expect(Object.hasOwn(Object.prototype, 'dashboard')).toBe(false);
  });

  it('holds no password, encoded in any way', async () => {
    const sink = await HttpSink.start((response, { headers }) => {
      const message = `${headers.authorization ?? ''} pä"ss w:rd ${encodeURIComponent('pä"ss w:rd')}`;
      response.writeHead(403).end(JSON.stringify({ message }));
    });
    const inUrl = sink.url.replace('//', `//${encodeURIComponent('üser')}:${encodeURIComponent('pä"ss w:rd')}@`);
    for (const [url, credentials] of [
      [sink.url, { username: 'üser', password: 'pä"ss w:rd' }],
      [inUrl, undefined],
    ] as const) {
      const { message, kind } = await grafanaError(clientOf({ url }, { credentials }).getFolder('ours'));
      expect(kind).toBe('forbidden');
      expect(message).toBe('GET /api/folders/ours: 403 Basic *** *** ***');
    }
  });

  it('is given up when it never ends', async () => {
    const sink = await HttpSink.start((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(100_000)));
      };
      response.on('drain', more);
      more();
    });
    expect(await grafanaError(clientOf(sink).getFolder('ours'))).toMatchObject({
      kind: 'not_grafana',
      message: 'GET /api/folders/ours: 200 an answer that is too long',
    });
  });

  it('may be no HTTP at all', async () => {
    const port = await startRawServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    const error = await grafanaError(clientOf({ url: `http://127.0.0.1:${port}` }).getFolder('ours'));
    expect(error).toMatchObject({ kind: 'not_grafana', isTransient: false });
  });

  it('may speak no TLS', async () => {
    const port = await startRawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await grafanaError(clientOf({ url: `https://127.0.0.1:${port}` }).getFolder('ours'));
    expect(error).toMatchObject({ kind: 'tls', isTransient: false });
    expect(error.advice).toContain('grafana.tls');
  });

  it('keeps what a dashboard has under odd names', async () => {
    const grafana = await FakeGrafana.start();
    const odd = JSON.parse('{"uid":"odd","title":"Odd","__proto__":{"a":1},"constructor":2}') as Record<
      string,
      unknown
    >;
    grafana.state.putDashboard(odd);
    const client = clientOf(grafana);
    const { dashboard } = (await client.getDashboard('odd'))!;
    await client.saveDashboard({ ...SAVE, dashboard: { ...dashboard, title: 'Even' } });
    const kept = grafana.state.dashboard('odd');
    expect(Object.entries(kept)).toEqual(
      expect.arrayContaining([
        ['__proto__', { a: 1 }],
        ['constructor', 2],
        ['title', 'Even'],
      ]),
    );
  });

  it('is an error of one class', async () => {
    const sink = await HttpSink.start(answerWith(500));
    expect(await grafanaError(clientOf(sink).health())).toBeInstanceOf(GrafanaError);
  });
});
