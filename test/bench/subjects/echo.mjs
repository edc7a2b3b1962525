// node echo.mjs VARIANT [deflate]: a ws server that sends every message back, measured by nobody or by hand.
// Ours is the `plain` one under `--import dist/register.js`.
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { serve } from '../worker.mjs';

const [variant, compression] = process.argv.slice(2);
const { record } = variant === 'plain' ? { record: undefined } : await import(`./echo-${variant}.mjs`);

/** Less memory and time than by default, as the documentation of ws advises servers with many connections. */
const deflate = { serverMaxWindowBits: 10, zlibDeflateOptions: { memLevel: 7, level: 3 } };

const server = new WebSocketServer({
  port: 0,
  host: '127.0.0.1',
  perMessageDeflate: compression === 'deflate' && deflate,
});
server.on('connection', (socket) => {
  socket.on(
    'message',
    record
      ? (data, isBinary) => {
          record('receive', isBinary ? 'binary' : 'text', data.length);
          socket.send(data, { binary: isBinary });
          record('transmit', isBinary ? 'binary' : 'text', data.length);
        }
      : (data, isBinary) => {
          socket.send(data, { binary: isBinary });
        },
  );
});
await once(server, 'listening');

/** CPU seconds of the whole process so far. */
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

serve({ cpu }, server.address().port);
