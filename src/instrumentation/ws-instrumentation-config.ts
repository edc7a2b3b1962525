import type { MessageType } from './ws/message-type.ts';

/** How sockets are measured. */
export interface WsInstrumentationConfig {
  /** Whether the constructor already calls {@link WsInstrumentation.enable}. Default true. */
  readonly enabled?: boolean;
  /** A connection without a data message for this long is idle, in ms: 1 to 86 400 000. Default 30 000. */
  readonly idleAfterMs?: number;
  /**
   * Pings every open `ws` connection this often, in ms, 100 to 86 400 000, to measure its round trip. The application sees nothing of these pings and
   * their pongs. Default: none are sent, and only the application's own are measured.
   */
  readonly pingIntervalMs?: number;
  /**
   * Patterns of paths, as in Express 5 (`/rooms/:room`): the first that matches becomes `http.route`, other paths `_other`.
   * Without them there is no `http.route`.
   */
  readonly routes?: readonly string[];
  /** Patterns of paths at which nothing is measured. Default: none. */
  readonly ignore?: readonly string[];
  /**
   * `websocket.message.type`: a function of the message, or `json:type` for the string or whole number that text messages of at
   * most 4096 bytes have in that member, of at most 64 characters. Default, and where that gives none: `text` or `binary`.
   */
  readonly messageType?: MessageType;
}
