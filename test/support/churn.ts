import { Peer } from './peer.ts';

/** What is left in memory of connections that have closed. */
export interface Left {
  readonly heapBytes: number;
  readonly externalBytes: number;
  /** Sockets, WebSockets and those below them, and how many of them the garbage collector has taken. */
  readonly made: number;
  readonly collected: number;
  /** Objects that hold what is known of one socket; null where nothing is measured. */
  readonly states: number | null;
}

const CONFIG = {
  prometheus: { port: 0 },
  websocket: { ping_interval_ms: 100, routes: ['/rooms/:room'], message_type: 'json:type' },
  logging: { level: 'warn' },
};

/** Starts a process that opens and closes so many connections when called, both ends in it. It ends with the test's leftovers. */
export async function startChurn({
  instrumented,
}: {
  readonly instrumented: boolean;
}): Promise<(connections: number) => Promise<Left>> {
  const peer = await Peer.start('the churn', 'soak/churn.cjs', {
    flags: ['--expose-gc', '--no-warnings'],
    deadlineMs: 600_000,
    ...(instrumented && { config: CONFIG }),
  });
  return (connections) => peer.ask<Left>({ connections });
}
