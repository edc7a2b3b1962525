import { SIZE_BUCKETS } from '../../src/catalog/buckets.ts';
import { seriesKey } from './scrape.ts';

/** What clients counted at one server. */
interface ServerCounts {
  /** Connections. */
  readonly opened: number;
  readonly closed: number;
  /** By direction as clients see it, type and size in bytes: `sent text 64`. */
  readonly messages: Readonly<Record<string, number>>;
}

/** What clients counted, by name of the server. */
export type FleetCounts = Readonly<Record<string, ServerCounts>>;

/** Values by `name{labels}`. */
export type Sums = Readonly<Record<string, number>>;

/** Frames have a header of 2 bytes, of 4 from 126 bytes on, of 10 from 65,536; those of clients have a mask of 4 bytes. */
const MASK_BYTES = 4;
/** A frame with a close code. */
const CLOSE_BYTES = 4;

const DIRECTIONS = { sent: 'receive', received: 'transmit' } as const;

export function sumOfCounts(all: readonly FleetCounts[]): FleetCounts {
  const sum: Record<string, ServerCounts> = {};
  for (const [name, { opened, closed, messages }] of all.flatMap((counts) => Object.entries(counts))) {
    const { opened: openedBefore = 0, closed: closedBefore = 0, messages: before = {} } = sum[name] ?? {};
    const both: Record<string, number> = { ...before };
    for (const [key, count] of Object.entries(messages)) both[key] = (both[key] ?? 0) + count;
    sum[name] = { opened: openedBefore + opened, closed: closedBefore + closed, messages: both };
  }
  return sum;
}

/** Messages in one direction, as the clients see it, with all servers or with some. */
export function messagesIn(counts: FleetCounts, direction: 'sent' | 'received', names = Object.keys(counts)): number {
  return names
    .flatMap((name) => Object.entries(counts[name]?.messages ?? {}))
    .filter(([key]) => key.startsWith(direction))
    .reduce((sum, [, count]) => sum + count, 0);
}

/**
 * What the metrics of the servers must add up to at rest: messages, payload, bytes on the wire, message sizes bucket by bucket,
 * handlers that ran, handshakes and connections that ended.
 */
export function expectedSums(counts: FleetCounts, names = Object.keys(counts)): Sums {
  const sums: Record<string, number> = {};
  const add = (name: string, labels: Readonly<Record<string, string>>, value: number): void => {
    const key = name + seriesKey(labels);
    sums[key] = (sums[key] ?? 0) + value;
  };
  for (const name of names) {
    const { opened = 0, closed = 0, messages = {} } = counts[name] ?? {};
    add('websocket_server_handshake_duration_seconds_count', { http_response_status_code: '101' }, opened);
    add('websocket_server_connection_duration_seconds_count', { websocket_close_code: '1000' }, closed);
    add(
      'websocket_server_network_io_bytes_total',
      { network_io_direction: 'receive' },
      closed * (CLOSE_BYTES + MASK_BYTES),
    );
    add('websocket_server_network_io_bytes_total', { network_io_direction: 'transmit' }, closed * CLOSE_BYTES);
    for (const [key, count] of Object.entries(messages)) {
      const [seen, type = '', size] = key.split(' ');
      const sizeBytes = Number(size);
      const direction = { network_io_direction: DIRECTIONS[seen as keyof typeof DIRECTIONS] };
      const typed = { ...direction, websocket_message_type: type };
      add('websocket_server_messages_total', typed, count);
      add('websocket_server_io_bytes_total', typed, count * sizeBytes);
      add('websocket_server_message_size_bytes_count', direction, count);
      add('websocket_server_message_size_bytes_sum', direction, count * sizeBytes);
      for (const bound of [...SIZE_BUCKETS.exported, Infinity]) {
        const le = bound === Infinity ? '+Inf' : String(bound);
        add('websocket_server_message_size_bytes_bucket', { ...direction, le }, sizeBytes <= bound ? count : 0);
      }
      const frameBytes = sizeBytes + (sizeBytes < 126 ? 2 : sizeBytes < 65_536 ? 4 : 10);
      const maskBytes = seen === 'sent' ? MASK_BYTES : 0;
      add('websocket_server_network_io_bytes_total', direction, count * (frameBytes + maskBytes));
      if (seen === 'sent') add('websocket_server_message_process_duration_seconds_count', {}, count);
    }
  }
  return sums;
}

/** Whether the sums are those expected. */
export function isSame(sums: Sums, expected: Sums): boolean {
  return Object.entries(expected).every(([key, value]) => sums[key] === value);
}
