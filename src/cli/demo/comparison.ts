import type { RealtimeMetrics } from '../../index.ts';
import { formatBytes, formatCount } from '../quantity.ts';
import type { Amount, ClientCounts } from './tally.ts';

/** What came of comparing the clients' counts with the service's metrics. */
export interface Comparison {
  readonly equal: boolean;
  /** One line that tells both sides, and by how much they differ. */
  readonly text: string;
}

/** Compares what the clients counted with the service's metrics: messages and bytes, both ways, exactly. */
export function compareCounts(
  clients: ClientCounts,
  { messages, bandwidth }: Pick<RealtimeMetrics, 'messages' | 'bandwidth'>,
): Comparison {
  const received: Amount = { messages: messages.incoming, bytes: bandwidth.incoming };
  const sent: Amount = { messages: messages.outgoing, bytes: bandwidth.outgoing };
  const differences = [
    ...differ('server received', received, clients.sent),
    ...differ('server sent', sent, clients.received),
  ];
  const both =
    `clients sent ${describe(clients.sent)}, server received ${describe(received, false)}; ` +
    `server sent ${describe(sent)}, clients received ${describe(clients.received, false)}`;
  return { equal: differences.length === 0, text: `${both}: ${differences.join(', ') || 'equal'}` };
}

function describe({ messages, bytes }: Amount, withNoun = true): string {
  return `${formatCount(messages)}${withNoun ? ' messages' : ''} (${formatBytes(bytes)})`;
}

function differ(what: string, server: Amount, clients: Amount): string[] {
  return (['messages', 'bytes'] as const)
    .filter((unit) => server[unit] !== clients[unit])
    .map((unit) => {
      const by = server[unit] - clients[unit];
      return `${what} ${formatCount(Math.abs(by))} ${unit} too ${by < 0 ? 'few' : 'many'}`;
    });
}
