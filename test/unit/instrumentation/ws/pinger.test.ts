import { PassThrough } from 'node:stream';
import { Pinger } from '../../../../src/instrumentation/ws/pinger.ts';
import { SocketState } from '../../../../src/instrumentation/ws/socket-state.ts';
import { OPEN } from '../../../../src/instrumentation/ws/types.ts';
import type { WsSocket } from '../../../../src/instrumentation/ws/types.ts';
import { createRecording } from '../../../support/recording.ts';
import type { TestRecording } from '../../../support/recording.ts';

const INTERVAL_MS = 1000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** An open socket that counts what its sender pings. */
function stateOf({ server, clock }: TestRecording): { state: SocketState; pings: Buffer[] } {
  const pings: Buffer[] = [];
  const sender = { ping: (data: Buffer) => void pings.push(data) };
  const socket = { readyState: OPEN, _isServer: true, _sender: sender } as unknown as WsSocket;
  return { state: new SocketState(socket, server, undefined, clock.monotonicMs(), new PassThrough(), 0), pings };
}

function pass(recording: TestRecording, ms: number): void {
  for (let step = 0; step < ms; step += 10) {
    recording.clock.advance(10);
    jest.advanceTimersByTime(10);
  }
}

describe('Pinger', () => {
  it('pings every one of many sockets once an interval, a tenth or so of them at a time', () => {
    const recording = createRecording();
    const sockets = Array.from({ length: 3000 }, () => stateOf(recording));
    const states = sockets.map(({ state }) => state);
    const pinger = new Pinger(recording.clock, INTERVAL_MS, [states.slice(0, 2000), states.slice(2000)]);
    let before = 0;
    let most = 0;
    for (let tick = 0; tick < 11; tick++) {
      pass(recording, INTERVAL_MS / 10);
      const sent = sockets.reduce((sum, { pings }) => sum + pings.length, 0);
      most = Math.max(most, sent - before);
      before = sent;
    }
    expect(sockets.filter(({ pings }) => pings.length === 0)).toEqual([]);
    expect(most).toBeLessThan(400);
    pass(recording, 9 * INTERVAL_MS);
    for (const { pings } of sockets) expect([9, 10, 11]).toContain(pings.length);
    pinger.close();
  });

  it('tells its pings apart, and sends none once it is closed', () => {
    const recording = createRecording();
    const { state, pings } = stateOf(recording);
    const pinger = new Pinger(recording.clock, INTERVAL_MS, [[state]]);
    pass(recording, 5 * INTERVAL_MS);
    expect(new Set(pings.map(String)).size).toBe(pings.length);
    expect(state.pings.answered(pings.at(-1), recording.clock.monotonicMs())?.ours).toBe(true);
    pinger.close();
    const count = pings.length;
    pass(recording, 5 * INTERVAL_MS);
    expect(pings).toHaveLength(count);
  });
});
