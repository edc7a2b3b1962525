import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { Scrape } from '../support/scrape.ts';
import type { Connection } from './established.ts';
import { quietFigures } from './quiet.ts';
import type { QuietPeer, Report } from './quiet.ts';

const HOST = '127.0.0.1';

afterEach(closeLeftovers);

it('tells connections to two ports apart that share their local port', async () => {
  const [first, second] = [await listen(), await listen()];
  const webSocket = await connectTo(first, 0);
  const raw = await connectTo(second, webSocket.localPort);
  expect(raw.localPort).toBe(webSocket.localPort);

  const figures = quietFigures(
    peer('server', 1),
    [peer('client', 1, { upgraded: [], never: [raw] })],
    new Set([portOf(first), portOf(second)]),
  );
  expect(figures).toMatchObject({ established: 1, neverUpgraded: 1, wrong: [] });
});

/** Both ends are in this process: the ports say which one is meant. */
function peer(role: 'server' | 'client', open: number, raw?: Report['raw']): QuietPeer {
  const counts = { open, opened: open, accepted: open, closed: 0, seenOpened: open, seenOpen: open };
  return {
    pid: process.pid,
    report: { ...counts, sendBuffer: 0, settled: true, samples: 1, faults: [], ...(raw && { raw }) },
    scraped: new Scrape(`websocket_${role}_open_connections ${open}\n`),
  };
}

async function listen(): Promise<Server> {
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket)).listen(0, HOST);
  closeLater(async () => {
    for (const socket of accepted) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** @param localPort 0: any; the address is given for a port to be shared, which only sockets that are bound to one allow */
async function connectTo(server: Server, localPort: number): Promise<Connection> {
  const port = portOf(server);
  const socket = connect({ port, host: HOST, localPort, localAddress: HOST });
  closeLater(() => socket.destroy());
  await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
  return { localPort: socket.localPort ?? 0, remotePort: port };
}
