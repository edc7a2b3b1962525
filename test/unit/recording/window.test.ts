import { createRecording } from '../../support/recording.ts';
import type { TestRecording } from '../../support/recording.ts';

const SLOT_MS = 1000;

/** Lets time pass as in a running dashboard, where a timer moves the windows on at the end of each slot. */
function pass({ clock, recorder }: TestRecording, slots: number): void {
  for (let slot = 0; slot < slots; slot++) {
    clock.advance(SLOT_MS);
    recorder.advance();
  }
}

describe('HistogramWindow', () => {
  it('describes all values of the window and forgets them when it has passed', () => {
    const recording = createRecording();
    const { realtime, recorder } = recording;
    const window = recorder.histogramWindow(realtime.latency);
    realtime.recordLatency(10);
    pass(recording, 20);
    realtime.recordLatency(30);
    expect(window.statistics).toMatchObject({ count: 2, avg: 0.02, min: 0.01, max: 0.03 });
    pass(recording, 39);
    expect(window.statistics).toMatchObject({ count: 2 });
    pass(recording, 2);
    expect(window.statistics).toMatchObject({ count: 1, min: 0.03, max: 0.03, p50: 0.03, p99: 0.03 });
    pass(recording, 21);
    expect(window.statistics).toEqual({ count: 0, avg: null, min: null, max: null, p50: null, p95: null, p99: null });
  });

  it('keeps values that are younger than the window when nobody looked for a while', () => {
    const { clock, realtime, recorder } = createRecording();
    const window = recorder.histogramWindow(realtime.latency);
    clock.advance(45 * SLOT_MS);
    realtime.recordLatency(5);
    clock.advance(50 * SLOT_MS);
    recorder.advance();
    expect(window.statistics.count).toBe(1);
    clock.advance(1_000_000 * SLOT_MS);
    recorder.advance();
    expect(window.statistics.count).toBe(0);
  });

  it('agrees with a recount of the last window over a long random run', () => {
    const { clock, realtime, recorder } = createRecording();
    const window = recorder.histogramWindow(realtime.latency);
    const values: { atMs: number; ms: number }[] = [];
    for (let step = 0; step < 2000; step++) {
      const ms = ((step * 7919) % 1000) + 1;
      realtime.recordLatency(ms);
      values.push({ atMs: clock.monotonicMs(), ms });
      clock.advance(((step * 104729) % 300) + 1);
      recorder.advance();
      // slots end at whole seconds: the window begins at the end of the slot 60 slots back
      const beginMs = (Math.floor(clock.monotonicMs() / SLOT_MS) - 60) * SLOT_MS;
      const inside = values.filter(({ atMs }) => atMs >= beginMs).map((value) => value.ms / 1000);
      const { count, min, max, avg } = window.statistics;
      expect(Math.abs(count - inside.length)).toBeLessThanOrEqual(8);
      expect(min).toBeGreaterThanOrEqual(0.001);
      expect(max).toBeLessThanOrEqual(1);
      expect(avg).toBeCloseTo(inside.reduce((sum, value) => sum + value, 0) / inside.length, 1);
    }
  });
});

describe('CounterWindow', () => {
  it('is never shorter than it says', () => {
    const { clock, recorder, server } = createRecording();
    const window = recorder.counterWindow(server.messages);
    clock.advance(500);
    server.tellMessage('receive', 'text', 1);
    for (let step = 0; step < 59_900; step += 100) {
      clock.advance(100);
      recorder.advance();
      expect(window.increase).toBe(1);
    }
  });

  it('keeps what is younger than the window when nobody looked for a while', () => {
    const { clock, recorder, server } = createRecording();
    const window = recorder.counterWindow(server.messages);
    clock.advance(49 * SLOT_MS);
    server.tellMessage('receive', 'text', 1);
    clock.advance(SLOT_MS);
    recorder.advance();
    clock.advance(50 * SLOT_MS);
    recorder.advance();
    expect(window.increase).toBe(1);
    clock.advance(11 * SLOT_MS);
    recorder.advance();
    expect(window.increase).toBe(0);
  });

  it('gives the increase within the window', () => {
    const recording = createRecording();
    const { recorder, server } = recording;
    const window = recorder.counterWindow(server.messages);
    server.tellMessage('receive', 'text', 1);
    pass(recording, 30);
    server.tellMessage('transmit', 'text', 1);
    server.tellMessage('transmit', 'text', 1);
    expect(window.increase).toBe(3);
    pass(recording, 31);
    expect(window.increase).toBe(2);
    pass(recording, 61);
    expect(window.increase).toBe(0);
  });
});
