// Runs the rows as an ES module. With `ws-first` the application has loaded `ws` before the package is started.
import * as namespace from 'ws';
import * as telemetry from 'telemetry-dashboard';
import program from './harness/program.cjs';

// ws 7 has no entry for import
const { WebSocket = namespace.default, WebSocketServer = WebSocket.Server } = namespace;
const { Sender = WebSocket.Sender, createWebSocketStream = WebSocket.createWebSocketStream } = namespace;
const running = process.argv.includes('ws-first') ? undefined : telemetry.getTelemetryDashboard();
await program.run({
  ws: { WebSocket, WebSocketServer, Sender, createWebSocketStream },
  system: 'mjs',
  telemetry,
  running,
  filter: process.env.ROWS,
});
