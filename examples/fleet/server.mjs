// One process of the fleet: an echo service. Its telemetry is one import and one call; where it is pushed and how often, the
// environment says (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL). At SIGTERM it loses neither a message nor a figure.
import { once } from 'node:events';
import { initializeTelemetryDashboard } from 'telemetry-dashboard';
import { WebSocketServer } from 'ws';
import { BYE } from './messages.mjs';

const dashboard = await initializeTelemetryDashboard({
  config: { service_name: 'fleet', prometheus: { enabled: false }, otlp: { enabled: true } },
});

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
let isLeaving = false;

server.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data, binary) => socket.send(data, { binary }));
  if (isLeaving) socket.send(BYE);
});

async function leave() {
  if (isLeaving) return;
  isLeaving = true;
  const closed = once(server, 'close');
  server.close(); // to new clients; those that are there get all their echoes and then go
  for (const socket of server.clients) socket.send(BYE);
  await closed;
  await dashboard.shutdown(); // pushes what has not been pushed yet
  process.exit();
}

process.on('SIGTERM', leave);
process.on('SIGINT', () => undefined); // a terminal sends its Ctrl-C to all: when to end is the parent's business
process.on('disconnect', leave); // the parent is gone

await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
process.send?.({ kind: 'listening', url: `ws://127.0.0.1:${port}` });
