import { webSocketMetrics } from '../../catalog/websocket.ts';
import type { WebSocketRole } from '../../catalog/websocket.ts';

/** One end of the connections. */
export type End = ReturnType<typeof endOf>;

/** The metrics of a role, and how its panels are called. */
export function endOf(role: WebSocketRole) {
  return {
    role,
    metrics: webSocketMetrics(role),
    /** Titles are unique on a dashboard. */
    title: (text: string): string =>
      role === 'server' ? text : `Client: ${text.charAt(0).toLowerCase()}${text.slice(1)}`,
    /** What stands in place of "No data". */
    none: (text: string): string => (role === 'server' ? text : 'No connections as a client'),
  };
}
