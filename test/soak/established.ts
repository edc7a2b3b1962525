import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** One TCP connection within this machine, as one of its ends names it. */
export interface Connection {
  readonly localPort: number;
  readonly remotePort: number;
}

/** Tells it from all others. One port does not: Linux lets connections to several ports share their local one. */
export function pairOf({ localPort, remotePort }: Connection): string {
  return `${localPort} ${remotePort}`;
}

/** The same connection as its other end names it. */
export function otherEndOf({ localPort, remotePort }: Connection): Connection {
  return { localPort: remotePort, remotePort: localPort };
}

/** State of a connection in /proc/net/tcp whose both directions are open. */
const ESTABLISHED = '01';

/** Established connections of the whole machine by the inode of their socket. */
export type EstablishedSockets = ReadonlyMap<string, Connection>;

/** Reads all established connections. Linux only. */
export function readEstablished(): EstablishedSockets {
  const byInode = new Map<string, Connection>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const [, local = '', remote = '', state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state === ESTABLISHED) byInode.set(inode, { localPort: portOf(local), remotePort: portOf(remote) });
    }
  }
  return byInode;
}

/** Those that a process holds. */
export function establishedOf(pid: number, sockets: EstablishedSockets): Connection[] {
  return socketInodesOf(pid).flatMap((inode) => sockets.get(inode) ?? []);
}

function socketInodesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
    } catch {
      // closed since the folder was read
      return [];
    }
  });
}

/** Of an address such as `0100007F:1F90`. */
function portOf(address: string): number {
  return parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
