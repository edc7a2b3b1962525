import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { Paths } from '../../../../src/instrumentation/paths.ts';
import { createGuard } from '../../../../src/instrumentation/guard.ts';
import { ServerHandshakes } from '../../../../src/instrumentation/ws/server-handshakes.ts';
import { createRecording } from '../../../support/recording.ts';

function setUp(): { begin: (socket: Duplex, url?: string) => void; counts: () => Record<string, number> } {
  const { recorder, server, clock } = createRecording();
  const guard = createGuard(recorder.logger, 'a socket');
  const handshakes = new ServerHandshakes(clock, guard, server, new Paths([], ['/ignored']));
  return {
    begin: (socket, url = '/') => handshakes.begin({ url, headers: {} }, socket),
    counts: () => {
      const { series } = recorder.family('websocket.server.handshake.duration')!;
      return Object.fromEntries(
        series.map(({ values, cell }) => [values.join(' '), (cell as { count: number }).count]),
      );
    },
  };
}

const newSocket = (): Duplex =>
  new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }).on('error', () => undefined);

const OWN = ['write', 'end', 'emit'];

describe('ServerHandshakes', () => {
  it('counts a socket that was gone before its handshake at once, and shadows nothing of it', () => {
    const { begin, counts } = setUp();
    const socket = newSocket().destroy();
    begin(socket);
    expect(counts()).toEqual({ ' destroyed ': 1 });
    expect(OWN.filter((name) => Object.hasOwn(socket, name))).toEqual([]);
  });

  it('counts each socket once, by the first answer', () => {
    const { begin, counts } = setUp();
    const socket = newSocket();
    begin(socket);
    begin(socket);
    socket.write('HTTP/1.1 402 Payment Required\r\n\r\n');
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    begin(socket);
    expect(counts()).toEqual({ '402 402 ': 1 });
    expect(OWN.filter((name) => Object.hasOwn(socket, name))).toEqual([]);
  });

  it('tells who let go of a socket without an answer', async () => {
    const { begin, counts } = setUp();
    const [destroyed, failed] = [newSocket(), newSocket()];
    for (const socket of [destroyed, failed]) begin(socket);
    destroyed.destroy();
    failed.destroy(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
    await turn();
    expect(counts()).toEqual({ ' destroyed ': 1, ' ECONNRESET ': 1 });
  });

  it('leaves a socket at an ignored path alone', () => {
    const { begin, counts } = setUp();
    const socket = newSocket();
    begin(socket, '/ignored?x');
    expect(OWN.filter((name) => Object.hasOwn(socket, name))).toEqual([]);
    socket.write('HTTP/1.1 402 Payment Required\r\n\r\n');
    expect(counts()).toEqual({});
  });
});
