import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onDisconnect } from '../../../src/workers/disconnect.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A process with a channel to its parent. */
class FakeProcess extends EventEmitter {
  connected = true;
  channel: object | null = {};
  readonly acts: string[] = [];
  disconnect = (): void => {
    this.connected = false;
    this.channel = null;
    this.acts.push('closed');
  };
}

function watched(isDrained = false): { host: FakeProcess; stop: () => void } {
  const host = new FakeProcess();
  const ending = (): void => void host.acts.push('told');
  return { host, stop: onDisconnect(host, { isDrained: () => isDrained, ending }) };
}

describe('onDisconnect', () => {
  it('tells at once before the application closes the channel', () => {
    const { host } = watched();
    host.disconnect();
    expect(host.acts).toEqual(['told', 'closed']);
    host.disconnect();
    expect(host.acts).toEqual(['told', 'closed', 'closed']);
  });

  it('tells what the last sockets say two turns after their servers are closed, before Node.js closes the channel', async () => {
    const { host } = watched(true);
    host.disconnect();
    host.disconnect();
    setImmediate(() => setImmediate(() => host.acts.push('a socket has closed')));
    await nextTurn();
    expect(host.acts).toEqual([]);
    await waitFor('its end', () => !host.connected);
    await nextTurn();
    expect(host.acts.filter((act) => act !== 'a socket has closed')).toEqual(['told', 'closed']);
  });

  it('ends what waits so where the primary has gone meanwhile', async () => {
    const { host } = watched(true);
    let heard = 0;
    host.on('disconnect', () => heard++);
    host.disconnect();
    // as Node.js does, after a call that it takes to have closed the channel
    host.channel = null;
    await waitFor('its end', () => !host.connected);
    expect([heard, host.acts]).toEqual([1, ['told']]);
  });

  it('puts back what it found', () => {
    const host = new FakeProcess();
    const { disconnect } = host;
    onDisconnect(host, { isDrained: () => false, ending: jest.fn() })();
    expect(host.disconnect).toBe(disconnect);
  });

  it('leaves what the application has wrapped, and tells nothing through it any more', () => {
    const { host, stop } = watched();
    const ours = host.disconnect;
    const theirs = (): void => {
      host.acts.push('theirs');
      ours.call(host);
    };
    host.disconnect = theirs;
    stop();
    expect(host.disconnect).toBe(theirs);
    host.disconnect();
    expect(host.acts).toEqual(['theirs', 'closed']);
  });

  it('tells through what the application has wrapped, too', () => {
    const { host } = watched();
    const ours = host.disconnect;
    host.disconnect = () => {
      host.acts.push('theirs');
      ours.call(host);
    };
    host.disconnect();
    expect(host.acts).toEqual(['theirs', 'told', 'closed']);
  });

  it('does nothing where there is no channel', () => {
    const host = { connected: false, emit: jest.fn() };
    onDisconnect(host, { isDrained: () => false, ending: jest.fn() })();
    expect(Object.keys(host)).toEqual(['connected', 'emit']);
  });
});
