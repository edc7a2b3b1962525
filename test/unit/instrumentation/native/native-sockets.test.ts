import { NativeSockets } from '../../../../src/instrumentation/native/native-sockets.ts';
import { Paths } from '../../../../src/instrumentation/paths.ts';
import { closeLater, closeLeftovers } from '../../../support/leftovers.ts';
import { createRecording } from '../../../support/recording.ts';
import type { TestRecording } from '../../../support/recording.ts';
import { Said, aborted, publish } from '../../../support/undici-said.ts';

afterEach(closeLeftovers);

interface Measured extends TestRecording {
  readonly sockets: NativeSockets;
}

function measure(paths = new Paths()): Measured {
  const recording = createRecording();
  const { clock, client, recorder } = recording;
  const sockets = new NativeSockets({ clock, client, logger: recorder.logger, paths });
  closeLater(() => {
    sockets.close();
  });
  return { ...recording, sockets };
}

/** Values of all attributes → how often and how many seconds. */
const seriesOf = ({ recorder }: TestRecording, name: string): Record<string, [count: number, sum: number]> =>
  Object.fromEntries(
    recorder.family(`websocket.client.${name}`)!.series.map(({ values, cell }) => {
      const { count, sum } = cell as unknown as { count: number; sum: number };
      return [values.map((value) => value ?? '-').join(' '), [count, sum]];
    }),
  );

const errorsOf = ({ recorder }: TestRecording): Record<string, number> =>
  Object.fromEntries(
    recorder
      .family('websocket.client.errors')!
      .series.map(({ values, cell }) => [values.join(), (cell as { value: number }).value]),
  );

describe.each([
  ['before 7.13', false],
  ['since 7.13', true],
])('NativeSockets with what undici tells %s', (_, withWebSocket) => {
  it('measures handshakes and connections, each with its own times', () => {
    const measured = measure();
    const first = new Said(withWebSocket);
    measured.clock.advance(20);
    const second = new Said(withWebSocket).written();
    first.written();
    measured.clock.advance(10);
    first.open();
    second.open();
    expect(measured.client.connections).toEqual({ active: 2, idle: 0 });
    measured.clock.advance(1000);
    second.close(1011);
    measured.clock.advance(1000);
    first.errored = Object.assign(new Error(), { code: 'ECONNRESET' });
    first.close(1006);
    expect(measured.client.connections).toEqual({ active: 0, idle: 0 });
    expect(measured.client.opened).toBe(2);
    expect(seriesOf(measured, 'handshake.duration')).toEqual({ '101 - -': [2, expect.closeTo(0.04)] });
    expect(seriesOf(measured, 'connection.duration')).toEqual({ '1011 - - -': [1, 1], '1006 - ECONNRESET -': [1, 2] });
    expect(errorsOf(measured)).toEqual({ ECONNRESET: 1 });
  });

  it('leaves nothing on a raw socket, neither after its end nor after its own', () => {
    const { sockets, client } = measure();
    const ended = new Said(withWebSocket).written().open();
    const open = new Said(withWebSocket).written().open();
    ended.close(1000);
    sockets.close();
    expect([ended.listenerCount('close'), open.listenerCount('close')]).toEqual([0, 0]);
    expect(client.connections).toEqual({ active: 0, idle: 0 });
  });

  it('measures nothing once it is closed, not even the end of what was open', () => {
    const measured = measure();
    const open = new Said(withWebSocket).written().open();
    measured.sockets.close();
    open.close(1000);
    new Said(withWebSocket).fail(new Error());
    new Said(withWebSocket).written().open().close(1000);
    expect(measured.client.opened).toBe(1);
    expect(seriesOf(measured, 'handshake.duration')).toEqual({ '101 - -': [1, 0] });
    expect(seriesOf(measured, 'connection.duration')).toEqual({});
    expect(errorsOf(measured)).toEqual({});
  });

  it('counts a close once, and none of a socket that opened before it', () => {
    const early = new Said(withWebSocket).written().open();
    const measured = measure();
    early.close(4000);
    const socket = new Said(withWebSocket).written().open();
    socket.close(4999);
    socket.close(1000);
    expect(seriesOf(measured, 'connection.duration')).toEqual({ '4xxx - - -': [1, 0] });
  });

  it('measures no path that is ignored, and gives the others their route', () => {
    const measured = measure(new Paths(['/rooms/:room'], ['/health']));
    new Said(withWebSocket, '/health?deep').written().open().close(1000);
    new Said(withWebSocket, '/health').fail(new Error());
    new Said(withWebSocket, '/rooms/1?token=secret').written().open().close(1000);
    new Said(withWebSocket, '/rooms/2').fail(Object.assign(new Error(), { code: 'ECONNREFUSED' }));
    expect(seriesOf(measured, 'handshake.duration')).toEqual({
      '101 - /rooms/:room': [1, 0],
      '- ECONNREFUSED /rooms/:room': [1, 0],
    });
    expect(seriesOf(measured, 'connection.duration')).toEqual({ '1000 - - /rooms/:room': [1, 0] });
    expect(errorsOf(measured)).toEqual({ ECONNREFUSED: 1 });
  });

  it('tells an end that was given up from an answer that was not accepted', () => {
    const measured = measure();
    new Said(withWebSocket).fail(aborted());
    const reused = new Said(withWebSocket);
    reused.bytesRead = 500;
    reused.written().fail(aborted());
    const answered = new Said(withWebSocket).written();
    answered.bytesRead = 129;
    answered.fail(aborted());
    expect(errorsOf(measured)).toEqual({ aborted: 2, invalid_response: 1 });
  });

  it('takes the abort of what is answered or open for no news', () => {
    const measured = measure();
    const refused = new Said(withWebSocket).written();
    refused.answer(503);
    refused.fail(aborted());
    const open = new Said(withWebSocket).written().open();
    open.fail(aborted());
    expect(seriesOf(measured, 'handshake.duration')).toEqual({ '503 503 -': [1, 0], '101 - -': [1, 0] });
    expect(errorsOf(measured)).toEqual({ 503: 1 });
    expect(measured.client.connections.active).toBe(1);
  });

  it('hears nothing of other requests', () => {
    const measured = measure();
    const request = { upgrade: null, origin: 'http://example.test', path: '/', headers: [] };
    publish('undici:request:create', { request });
    publish('undici:request:headers', { request, response: { statusCode: 500 } });
    publish('undici:request:error', { request, error: new Error() });
    expect(seriesOf(measured, 'handshake.duration')).toEqual({});
    expect(errorsOf(measured)).toEqual({});
  });
});

describe('NativeSockets', () => {
  it('counts one failure where undici asks again what was answered with 401', () => {
    const measured = measure();
    const first = new Said(true, '/', 'the key').written();
    first.answer(401);
    first.fail(aborted());
    measured.clock.advance(5);
    new Said(true, '/', 'the key').written().answer(401);
    new Said(true, '/', 'another key').written().answer(401);
    expect(seriesOf(measured, 'handshake.duration')).toEqual({ '401 401 -': [2, 0] });
    expect(errorsOf(measured)).toEqual({ 401: 2 });
  });

  it('takes a close without an open for an answer that undici 8 did not accept', () => {
    const measured = measure();
    const underWay = new Said(true).written();
    const refused = new Said(true, '/refused').written();
    refused.answer(101);
    underWay.answer(101);
    measured.clock.advance(30);
    refused.close(1006);
    underWay.open();
    expect(seriesOf(measured, 'handshake.duration')).toEqual({
      '- invalid_response -': [1, 0.03],
      '101 - -': [1, 0.03],
    });
    expect(seriesOf(measured, 'connection.duration')).toEqual({});
    expect(measured.client.connections.active).toBe(1);
  });

  it('measures an open WebSocket whose handshake it has not seen, where undici tells which it is', () => {
    const old = new Said(false).written();
    const late = new Said(true).written();
    const measured = measure();
    old.open();
    late.open();
    expect(measured.client.connections.active).toBe(1);
    measured.clock.advance(2000);
    old.close(1000);
    late.close(1001);
    expect(seriesOf(measured, 'connection.duration')).toEqual({ '1001 - - -': [1, 2] });
  });

  it('says once what it could not measure, in place of throwing', () => {
    const measured = measure();
    publish('undici:websocket:open', undefined as never);
    publish('undici:websocket:close', undefined as never);
    expect(measured.log.lines).toEqual([
      expect.stringContaining('something of a WebSocket of the platform could not be measured: TypeError'),
    ]);
  });
});
