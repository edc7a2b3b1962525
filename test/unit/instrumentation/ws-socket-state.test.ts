import { SocketState } from '../../../src/instrumentation/ws-socket-state.ts';
import { createRecording } from '../../support/recording.ts';

const state = (): SocketState => new SocketState(createRecording().server, 0);

describe('SocketState', () => {
  it('matches a pong with its ping, and gives up the pings before it', () => {
    const socket = state();
    socket.pingSent('a', 10);
    socket.pingSent('b', 20);
    expect(socket.pongReceived('b', 25)).toBe(5);
    expect(socket.pongReceived('a', 30)).toBeUndefined();
    expect(socket.pongReceived('b', 30)).toBeUndefined();
  });

  it('matches pings without a payload in their order', () => {
    const socket = state();
    socket.pingSent('', 10);
    socket.pingSent('', 20);
    expect(socket.pongReceived('', 25)).toBe(15);
    expect(socket.pongReceived('', 26)).toBe(6);
  });

  it('forgets the oldest of too many pings', () => {
    const socket = state();
    for (let ping = 0; ping < 100; ping++) socket.pingSent(String(ping), ping);
    expect(socket.pongReceived('83', 100)).toBeUndefined();
    expect(socket.pongReceived('84', 100)).toBe(16);
  });
});
