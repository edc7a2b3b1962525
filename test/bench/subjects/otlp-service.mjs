// A WebSocket service as the defaults measure it: hands out what it would push.
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import { initializeTelemetryDashboard } from '../../../dist/index.js';
import { serve } from '../worker.mjs';

const PING_MS = 50;

class LastReader extends MetricReader {
  onForceFlush() {}
  onShutdown() {}
}

const reader = new LastReader({});
const dashboard = await initializeTelemetryDashboard({
  config: { service_name: 'bench', prometheus: { enabled: false } },
  readers: [reader],
});
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) => {
  const pinging = setInterval(() => socket.ping(), PING_MS);
  socket.on('close', () => clearInterval(pinging));
  socket.on('message', (data, binary) => {
    const stop = dashboard.startTimer();
    socket.send(data, { binary }, stop);
  });
});
await once(server, 'listening');

serve(
  {
    /** @returns what the SDK hands an exporter, as plain data */
    collect: async () => {
      const { resourceMetrics } = await reader.collect();
      const { resource, scopeMetrics } = resourceMetrics;
      return structuredClone({ attributes: { ...resource.attributes }, scopeMetrics });
    },
  },
  server.address().port,
);
