import type { Socket } from 'node:net';
import { RequestError, addressText, sendRequest } from '../../../src/http/request.ts';
import type { OutgoingRequest } from '../../../src/http/request.ts';
import { cert, key } from '../../conformance/harness/certificate.cjs';
import { freePort } from '../../support/free-port.ts';
import { HttpSink, answerWith } from '../../support/http-sink.ts';
import { closeLeftovers } from '../../support/leftovers.ts';
import { startRawServer } from '../../support/smtp-sink.ts';

afterEach(closeLeftovers);

const TIMEOUT_MS = 5000;

function get(url: string, more: Partial<OutgoingRequest> = {}) {
  return sendRequest({ method: 'GET', url: new URL(url), timeoutMs: TIMEOUT_MS, ...more });
}

/** The error that a request must end with. */
async function failure(sent: Promise<unknown>): Promise<RequestError> {
  const error: unknown = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RequestError);
  return error as RequestError;
}

/** A TCP server that does what it is told with each connection. */
async function tcpServer(onConnection: (socket: Socket) => void): Promise<string> {
  return `http://127.0.0.1:${await startRawServer(onConnection)}`;
}

describe('sendRequest', () => {
  it('sends JSON and gives back status, headers and text', async () => {
    const sink = await HttpSink.start(answerWith(201, 'çok iyi', { 'Retry-After': '7' }));
    const answer = await get(`${sink.url}/a/b?c=d`, { method: 'POST', body: { ünïcode: '✓' } });
    expect(answer).toMatchObject({ status: 201, text: 'çok iyi', isCut: false });
    expect(answer.headers['retry-after']).toBe('7');
    const [request] = sink.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/a/b?c=d', body: '{"ünïcode":"✓"}' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength('{"ünïcode":"✓"}')),
    });
    expect(request?.headers['user-agent']).toMatch(/^telemetry-dashboard\/\d/);
    expect(request?.headers.authorization).toBeUndefined();
  });

  it('sends no body and no content type where there is none, and the headers it is given', async () => {
    const sink = await HttpSink.start();
    await get(sink.url, { headers: { 'x-scope': 'a' } });
    expect(sink.requests[0]).toMatchObject({ method: 'GET', body: '', headers: { 'x-scope': 'a' } });
    expect(sink.requests[0]?.headers['content-type']).toBeUndefined();
  });

  it.each([
    ['a name and password', { username: 'ü', password: 'p:w' }, `Basic ${Buffer.from('ü:p:w').toString('base64')}`],
    ['a bearer token', { bearerToken: 't0ken' }, 'Bearer t0ken'],
  ])('says who asks by %s, which win over those in the URL', async (_, credentials, expected) => {
    const sink = await HttpSink.start();
    await get(sink.url.replace('//', '//other:one@'), { credentials });
    expect(sink.requests[0]?.headers.authorization).toBe(expected);
  });

  it('takes name and password from the URL', async () => {
    const sink = await HttpSink.start();
    await get(sink.url.replace('//', '//us%40er:pa%20ss@'));
    expect(sink.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('us@er:pa ss').toString('base64')}`);
  });

  it('does not follow a redirect', async () => {
    const sink = await HttpSink.start(answerWith(302, 'elsewhere', { location: '/other' }));
    expect(await get(sink.url)).toMatchObject({ status: 302, text: 'elsewhere' });
    expect(sink.requests).toHaveLength(1);
  });

  it('cuts an answer off that is too large, and hangs up', async () => {
    let written = 0;
    const chunk = Buffer.alloc(1 << 20, 'x');
    const closed = new Promise<void>((resolve) => {
      void HttpSink.start((response) => {
        const write = (): void => {
          while (!response.destroyed && written < 100) {
            written += 1;
            if (!response.write(chunk)) break;
          }
        };
        response.on('drain', write).on('close', resolve);
        write();
      }).then(async ({ url }) => {
        const answer = await get(url, { maxAnswerBytes: 1000 });
        expect(answer).toMatchObject({ status: 200, text: 'x'.repeat(1000), isCut: true });
      });
    });
    await closed;
    expect(written).toBeLessThan(50);
  });

  it('takes an answer that just fits as a whole', async () => {
    const sink = await HttpSink.start(answerWith(200, 'x'.repeat(1000)));
    expect(await get(sink.url, { maxAnswerBytes: 1000 })).toMatchObject({
      status: 200,
      text: 'x'.repeat(1000),
      isCut: false,
    });
  });

  it.each([
    ['never begins', () => undefined],
    ['begins and stops', (response: { write: (text: string) => void }) => response.write('half')],
  ])('gives up an answer that %s', async (_, respond) => {
    const sink = await HttpSink.start(respond);
    const error = await failure(get(`${sink.url}/x?secret=1`, { timeoutMs: 100 }));
    expect(error).toMatchObject({ code: 'ETIMEDOUT', message: `${sink.url}/x: no answer within 100 ms` });
  });

  it('gives up when it is told to, before and during the request', async () => {
    const sink = await HttpSink.start(() => undefined);
    expect(await failure(get(sink.url, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' });
    expect(sink.requests).toHaveLength(0);
    const controller = new AbortController();
    const sent = failure(get(sink.url, { signal: controller.signal }));
    await sink.request(1);
    controller.abort();
    expect(await sent).toMatchObject({ code: 'ABORTED' });
  });

  it.each([
    ['is reset', (socket: Socket) => socket.resetAndDestroy(), /ECONNRESET|socket hang up/],
    ['is closed', (socket: Socket) => socket.end(), /socket hang up/],
    ['speaks no HTTP', (socket: Socket) => socket.end('garbage\r\n\r\n'), /Parse Error/],
    [
      'breaks off within the answer',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'),
      /aborted/,
    ],
  ])('fails where the connection %s', async (_, onConnection, reason) => {
    const error = await failure(get(await tcpServer(onConnection)));
    expect(error.reason).toMatch(reason);
  });

  it('names server and reason where nobody listens, and no credential or query', async () => {
    const port = await freePort();
    const error = await failure(get(`http://user:hunter2@localhost:${port}/path?token=hunter2`));
    expect(error.code).toBe('ECONNREFUSED');
    expect(error.message).toMatch(/^http:\/\/localhost:\d+\/path: connect ECONNREFUSED/);
    expect(error.message).not.toContain('hunter2');
  });

  it('names no credential that cannot be a header', async () => {
    const error = await failure(get('http://127.0.0.1:9', { credentials: { bearerToken: 'hunter2\n' } }));
    expect(error.code).toBe('ERR_INVALID_CHAR');
    expect(error.message).not.toContain('hunter2');
  });

  it('trusts a server by `ca`, by no check at all, and else not', async () => {
    const { url } = await HttpSink.start(answerWith(200, 'ok'), { key, cert });
    expect(await get(url, { tls: { ca: cert, rejectUnauthorized: true } })).toMatchObject({ text: 'ok' });
    expect(await get(url, { tls: { rejectUnauthorized: false } })).toMatchObject({ text: 'ok' });
    expect(await failure(get(url))).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('holds the certificate to `servername`', async () => {
    const { url } = await HttpSink.start(answerWith(200, 'ok'), { key, cert });
    const tls = { ca: cert, rejectUnauthorized: true };
    expect(await get(url, { tls: { ...tls, servername: 'localhost' } })).toMatchObject({ text: 'ok' });
    const error = await failure(get(url, { tls: { ...tls, servername: 'example.com' } }));
    expect(error.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });
});

test('addressText leaves out who asks and what for', () => {
  expect(addressText(new URL('https://u:p@example.com:81/a/b?c#d'))).toBe('https://example.com:81/a/b');
});
