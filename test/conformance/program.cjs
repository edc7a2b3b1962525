// Runs the rows in CommonJS. With `ws-first` the application has loaded `ws` before the package.
const telemetry = () => require('telemetry-dashboard');
const wsFirst = process.argv.includes('ws-first');
const running = wsFirst ? undefined : telemetry().getTelemetryDashboard();
const WebSocket = require('ws');
const { run } = require('./harness/program.cjs');

const ws = { ...WebSocket, WebSocket, WebSocketServer: WebSocket.Server };
void run({ ws, system: 'cjs', telemetry: telemetry(), running, filter: process.env.ROWS });
