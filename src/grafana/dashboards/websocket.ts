import type { ResolvedConfig } from '../../config/schema.ts';
import type { Section } from '../panels/grid.ts';
import type { Dashboard } from '../schema.ts';
import { framed } from './frame.ts';
import { closing, opening } from './websocket-connections.ts';
import { endOf } from './websocket-end.ts';
import { handling, messages, wire } from './websocket-messages.ts';

/** Handshakes, connections and messages, of the server's end and of the client's. */
export function webSocketDashboard(config: ResolvedConfig): Dashboard {
  return framed(
    'websocket',
    config,
    'WebSocket connections from handshake to close: who connects, why connections end, what they carry, how fast they answer.',
    [...serverSections(config), clientSection(config)],
  );
}

function serverSections(config: ResolvedConfig): Section[] {
  const server = endOf('server');
  return [
    { title: 'Handshakes and open connections', blocks: opening(server) },
    { title: 'Closed connections', blocks: closing(server) },
    { title: 'Messages', blocks: messages(server) },
    { title: 'On the wire', blocks: wire(server) },
    { title: 'Answering', blocks: handling(server, config) },
  ];
}

/** All of it again, for the connections that this process opens itself. */
function clientSection(config: ResolvedConfig): Section {
  const client = endOf('client');
  return {
    title: 'As a client: connections that the service opens itself',
    collapsed: true,
    blocks: [...opening(client), ...closing(client), ...messages(client), ...wire(client), ...handling(client, config)],
  };
}
