import { createRecording } from '../../support/recording.ts';

describe('WebSocketRecorder', () => {
  it('adds what it is told to what it observes, and says so once', () => {
    const { server, log, snapshot } = createRecording();
    const remove = server.observeConnections({ count: () => ({ active: 2, idle: 1 }) });
    server.connectionOpened();
    server.tellConnections({ active: 10, idle: 0 });
    server.tellConnections({ active: 5, idle: 4 });
    server.observeMessage(server.trafficOf(undefined), 'receive', 'text', 3);
    server.tellMessage('receive', 'text', 3);
    server.observeMessage(server.trafficOf(undefined), 'receive', 'text', 3);
    expect(snapshot.read()).toMatchObject({
      connections: { active: 7, idle: 5, total: 12, opened: 1 },
      messages: { incoming: 3 },
    });
    remove();
    expect(snapshot.read().connections.total).toBe(9);
    expect(log.lines).toHaveLength(2);
    expect(log.lines[0]).toContain('updateConnectionMetrics');
    expect(log.lines[1]).toContain('recordMessage');
  });

  it('says nothing of two sources while there is one', () => {
    const { server, log } = createRecording();
    server.connectionOpened();
    server.observeMessage(server.trafficOf(undefined), 'receive', 'text', 3);
    expect(log.lines).toEqual([]);
  });
});
