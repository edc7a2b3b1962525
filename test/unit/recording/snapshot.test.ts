import { createRecording } from '../../support/recording.ts';

const NOTHING = { count: 0, avg: null, min: null, max: null, p50: null, p95: null, p99: null };

describe('SnapshotReader', () => {
  it('has the documented shape, with null where nothing was observed', () => {
    const { snapshot } = createRecording();
    expect(snapshot.read()).toEqual({
      timestamp: '2026-01-01T00:00:00.000Z',
      uptimeSeconds: 0,
      windowSeconds: 60,
      connections: { active: 0, idle: 0, total: 0, opened: 0 },
      latency: { source: 'handler', ...NOTHING },
      roundTrip: NOTHING,
      messages: { incoming: 0, outgoing: 0, total: 0, perSecond: 0 },
      bandwidth: { incoming: 0, outgoing: 0, total: 0, perSecond: 0 },
      errors: { total: 0, byComponent: {}, rate: null },
      sessions: { active: 0, total: 0 },
      queues: {},
      resources: { memoryBytes: null, memoryPercent: null, cpuPercent: null },
      alerts: [],
    });
  });

  it('shows a record in the line after it', () => {
    const { realtime, server, snapshot } = createRecording();
    realtime.recordLatency(12.5);
    expect(snapshot.read().latency).toEqual({
      source: 'app',
      count: 1,
      avg: 12.5,
      min: 12.5,
      max: 12.5,
      p50: 12.5,
      p95: 12.5,
      p99: 12.5,
    });
    realtime.recordMessage('incoming', 100, 'text');
    realtime.recordMessage('outgoing', 20, 'text');
    expect(snapshot.read()).toMatchObject({
      messages: { incoming: 1, outgoing: 1, total: 2, perSecond: 2 },
      bandwidth: { incoming: 100, outgoing: 20, total: 120, perSecond: 120 },
    });
    realtime.recordError('db', 'critical');
    server.socketFailed('ECONNRESET');
    expect(snapshot.read().errors).toEqual({ total: 2, byComponent: { db: 1, websocket: 1 }, rate: 1 });
    realtime.updateConnectionMetrics({ active: 3, idle: 2 });
    expect(snapshot.read().connections).toEqual({ active: 3, idle: 2, total: 5, opened: 0 });
    realtime.updateQueueSize('jobs', 9);
    expect(snapshot.read().queues).toEqual({ jobs: 9 });
    server.pongReceived(0.004);
    expect(snapshot.read().roundTrip).toMatchObject({ count: 1, p50: 4 });
  });

  it('takes the latency from the handlers until the application records its own, and stays with that', () => {
    const { clock, recorder, realtime, server, snapshot } = createRecording();
    server.messageProcessed(0.002, undefined);
    expect(snapshot.read().latency).toMatchObject({ source: 'handler', count: 1, p50: 2 });
    realtime.recordLatency(50);
    expect(snapshot.read().latency).toMatchObject({ source: 'app', count: 1, p50: 50 });
    for (let second = 0; second < 120; second++) {
      clock.advance(1000);
      recorder.advance();
    }
    expect(snapshot.read().latency).toEqual({ source: 'app', ...NOTHING });
  });

  it('gives rates over the window, or over the time since the start while that is shorter', () => {
    const { clock, recorder, realtime, snapshot } = createRecording();
    const pass = (seconds: number): void => {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1000);
        recorder.advance();
      }
    };
    pass(10);
    for (let message = 0; message < 120; message++) realtime.recordMessage('incoming', 10, 'text');
    expect(snapshot.read().messages.perSecond).toBe(12);
    pass(40);
    expect(snapshot.read().bandwidth.perSecond).toBe(24);
    pass(15);
    expect(snapshot.read().messages.perSecond).toBe(2);
    pass(60);
    expect(snapshot.read()).toMatchObject({ messages: { perSecond: 0, total: 120 }, errors: { rate: null } });
  });

  it('divides errors by messages, and is 1 with errors and no message', () => {
    const { realtime, snapshot } = createRecording();
    realtime.recordError('db', 'error');
    expect(snapshot.read().errors.rate).toBe(1);
    for (let message = 0; message < 20; message++) realtime.recordMessage('outgoing', 1, 'text');
    expect(snapshot.read().errors.rate).toBe(0.05);
  });
});
