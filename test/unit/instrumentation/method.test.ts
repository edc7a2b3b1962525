import { instrumentMethod } from '../../../src/instrumentation/method.ts';
import type { InstrumentOptions } from '../../../src/instrumentation/method.ts';
import { FakeClock } from '../../support/fake-clock.ts';

class Engine {
  readonly clock = new FakeClock();
  readonly sent: unknown[] = [];

  sendMessage(connectionId: string, message: { type: string; text: string }): string {
    this.clock.advance(7);
    if (message.text === '') throw new RangeError('nothing to send');
    this.sent.push([connectionId, message]);
    return `${connectionId}:${message.text}`;
  }

  async deliver(text: string): Promise<string> {
    await Promise.resolve();
    this.clock.advance(30);
    if (text === '') throw new RangeError('nothing to deliver');
    return text;
  }
}

function measure(engine: Engine, method: keyof Engine, options: InstrumentOptions) {
  const calls: unknown[] = [];
  const recorder = {
    recordLatency: (milliseconds: unknown) => calls.push(['latency', milliseconds]),
    recordMessage: (...args: unknown[]) => calls.push(['message', ...args]),
    recordError: (...args: unknown[]) => calls.push(['error', ...args]),
  };
  return { calls, undo: instrumentMethod(engine, method, options, recorder, engine.clock) };
}

const OPTIONS: InstrumentOptions = {
  direction: 'outgoing',
  sizeBytes: (_id: string, message: { text: string }) => Buffer.byteLength(message.text),
  type: (_id: string, message: { type: string }) => message.type,
  component: 'engine',
};

describe('instrumentMethod', () => {
  it('records message, bytes, type and latency, and leaves this, arguments and result as they were', () => {
    const engine = new Engine();
    const { calls } = measure(engine, 'sendMessage', OPTIONS);
    expect(engine.sendMessage('c1', { type: 'chat', text: 'grüß' })).toBe('c1:grüß');
    expect(engine.sent).toEqual([['c1', { type: 'chat', text: 'grüß' }]]);
    expect(calls).toEqual([
      ['message', 'outgoing', 6, 'chat'],
      ['latency', 7],
    ]);
    expect([engine.sendMessage.name, engine.sendMessage.length]).toEqual(['sendMessage', 2]);
  });

  it('records an error and lets the very same throw through', () => {
    const engine = new Engine();
    const { calls } = measure(engine, 'sendMessage', OPTIONS);
    expect(() => engine.sendMessage('c1', { type: 'chat', text: '' })).toThrow(new RangeError('nothing to send'));
    expect(calls.slice(1)).toEqual([
      ['latency', 7],
      ['error', 'engine', 'error'],
    ]);
  });

  it('waits for a promise, and rejects with the same reason', async () => {
    const engine = new Engine();
    const { calls } = measure(engine, 'deliver', { direction: 'incoming', sizeBytes: 5 });
    const promise = engine.deliver('x');
    expect(calls).toEqual([['message', 'incoming', 5, undefined]]);
    await expect(promise).resolves.toBe('x');
    expect(calls.at(-1)).toEqual(['latency', 30]);
    await expect(engine.deliver('')).rejects.toThrow(new RangeError('nothing to deliver'));
    expect(calls.at(-1)).toEqual(['error', 'deliver', 'error']);
  });

  it('does not touch a thenable that is no promise', () => {
    const lazy = {
      then: () => {
        throw new Error('started');
      },
    };
    const target = { query: () => lazy, clock: new FakeClock() };
    const { calls } = measure(target as never, 'query' as never, { direction: 'outgoing' });
    expect(target.query()).toBe(lazy);
    expect(calls).toHaveLength(2);
  });

  it('keeps what a size or type function throws away from the caller', () => {
    const engine = new Engine();
    const fail = (): never => {
      throw new Error('mine');
    };
    const { calls } = measure(engine, 'sendMessage', { direction: 'outgoing', sizeBytes: fail, type: fail });
    expect(engine.sendMessage('c1', { type: 'a', text: 'b' })).toBe('c1:b');
    expect(calls[0]).toEqual(['message', 'outgoing', NaN, undefined]);
  });

  it('puts the method back, inherited or own', () => {
    const engine = new Engine();
    const { undo } = measure(engine, 'sendMessage', OPTIONS);
    expect(Object.hasOwn(engine, 'sendMessage')).toBe(true);
    undo();
    expect(Object.hasOwn(engine, 'sendMessage')).toBe(false);
    const own = { sendMessage: () => 1, clock: new FakeClock() };
    const before = Object.getOwnPropertyDescriptor(own, 'sendMessage');
    measure(own as never, 'sendMessage', OPTIONS).undo();
    expect(Object.getOwnPropertyDescriptor(own, 'sendMessage')).toEqual(before);
  });

  it('only stops to record where the method was wrapped again since', () => {
    const engine = new Engine();
    const { calls, undo } = measure(engine, 'sendMessage', OPTIONS);
    const second = measure(engine, 'sendMessage', OPTIONS);
    undo();
    engine.sendMessage('c1', { type: 'a', text: 'b' });
    expect(calls).toEqual([]);
    expect(second.calls).toHaveLength(2);
  });

  it('refuses what is no method, and a direction that is none', () => {
    const sideways = { direction: 'sideways' } as never;
    expect(() => measure(new Engine(), 'sendMessage', sideways)).toThrow(
      'direction is incoming or outgoing, not "sideways"',
    );
    expect(() => measure(new Engine(), 'nothing' as never, OPTIONS)).toThrow(
      new TypeError('instrument: nothing is not a method of the object'),
    );
  });
});
