import type { Scrape } from '../support/scrape.ts';
import { establishedOf, otherEndOf, pairOf, readEstablished } from './established.ts';
import type { Connection } from './established.ts';

/** What a process says of its connections. */
export interface Report {
  /** By the metric. */
  readonly open: number;
  readonly opened: number;
  /** Handshakes that were accepted. */
  readonly accepted: number;
  /** Observations of `connection.duration`. */
  readonly closed: number;
  /** As the application counts them by its listeners. */
  readonly seenOpened: number;
  readonly seenOpen: number;
  readonly sendBuffer: number;
  readonly settled: boolean;
  /** How often all gauges were read, and what was wrong with them at any of these times. */
  readonly samples: number;
  readonly faults: readonly string[];
  /** Clients only: connections that are no WebSocket of `ws`, by whether they were upgraded. */
  readonly raw?: { readonly upgraded: readonly Connection[]; readonly never: readonly Connection[] };
}

/** A process at a quiet point. */
export interface QuietPeer {
  readonly pid: number;
  readonly report: Report;
  readonly scraped: Scrape;
}

/** All counts at one quiet point; `wrong` tells which do not agree. */
export interface QuietFigures {
  readonly open: number;
  readonly opened: number;
  readonly closed: number;
  /** The operating system's count of upgraded connections at the server, and how many others it has. */
  readonly established: number;
  readonly neverUpgraded: number;
  readonly rawUpgraded: number;
  readonly clients: readonly number[];
  readonly wrong: readonly string[];
  /** As in {@link Report}, of all processes. */
  readonly faults: readonly string[];
}

/**
 * Compares the counts of all processes with those of the operating system.
 *
 * The server's connections are the established ones on its ports, without those whose other end says that it was never
 * upgraded: its sockets know what they were answered. A client's are the established ones to such a port that `ws` has made.
 *
 * @param serverPorts every port that the server ever listened on: connections outlive the listening
 */
export function quietFigures(
  server: QuietPeer,
  clients: readonly QuietPeer[],
  serverPorts: ReadonlySet<number>,
): QuietFigures {
  const wrong: string[] = [];
  const same = (what: string, ours: number | undefined, theirs: number): void => {
    if (ours !== theirs) wrong.push(`${what}: ${ours} is not ${theirs}`);
  };
  const upgraded = clients.flatMap(({ report }) => report.raw?.upgraded ?? []);
  const never = new Set(clients.flatMap(({ report }) => report.raw?.never ?? []).map(pairOf));

  const sockets = readEstablished();
  const atServer = establishedOf(server.pid, sockets).filter(({ localPort }) => serverPorts.has(localPort));
  const accepted = atServer.filter((connection) => !never.has(pairOf(otherEndOf(connection))));
  comparePeer('server', server, accepted.length, same);

  clients.forEach((client, index) => {
    const raw = new Set([...(client.report.raw?.upgraded ?? []), ...(client.report.raw?.never ?? [])].map(pairOf));
    const established = establishedOf(client.pid, sockets).filter(
      (connection) => serverPorts.has(connection.remotePort) && !raw.has(pairOf(connection)),
    );
    comparePeer(`client ${index}`, client, established.length, same, 'client');
  });
  const open = clients.map(({ report }) => report.open);
  same('server open and the sum of its clients', server.report.open, sum(open) + upgraded.length);

  return {
    open: server.report.open,
    opened: server.report.opened,
    closed: server.report.closed,
    established: accepted.length,
    neverUpgraded: atServer.length - accepted.length,
    rawUpgraded: upgraded.length,
    clients: open,
    wrong,
    faults: [server, ...clients].flatMap(({ report }) => report.faults),
  };
}

function comparePeer(
  title: string,
  { report, scraped }: QuietPeer,
  established: number,
  same: (what: string, ours: number | undefined, theirs: number) => void,
  role: 'server' | 'client' = 'server',
): void {
  same(`${title} open and the operating system`, report.open, established);
  same(`${title} open and the application`, report.open, report.seenOpen);
  same(`${title} opened and the application`, report.opened, report.seenOpened);
  same(`${title} accepted handshakes and opened`, report.accepted, report.opened);
  same(`${title} opened less closed`, report.opened - report.closed, report.open);
  same(`${title} scraped and open`, scraped.sum(`websocket_${role}_open_connections`), report.open);
  same(
    `${title} scraped and closed`,
    scraped.sum(`websocket_${role}_connection_duration_seconds_count`),
    report.closed,
  );
  same(`${title} bytes that wait to be sent`, report.sendBuffer, 0);
  if (!report.settled) same(`${title} sockets that still connect`, 1, 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
