// What the demo's two processes say to each other, and what its clients and its service do.
import type { ClientCounts } from './tally.ts';

/** What the demo tells the clients' process. It ends when the channel does. */
export type Order =
  | { readonly kind: 'start'; readonly url: string; readonly clients: number; readonly ratePerSecond: number }
  /** Stop sending, wait for all that is on its way, report; keep the connections open. */
  | { readonly kind: 'stop'; readonly deadlineMs: number }
  /** Close the connections and end. */
  | { readonly kind: 'close' };

/** What the clients' process answers. */
export type Report =
  /** The upstream service listens. */
  | { readonly kind: 'listening'; readonly url: string }
  /** All clients are connected; they send from now on. */
  | { readonly kind: 'started' }
  /** `unfinished`: clients that had not got everything at the deadline. */
  | { readonly kind: 'stopped'; readonly counts: ClientCounts; readonly unfinished: number };

/** A text message of a client. Each is answered by one message, even where it is wrong; binary ones are echoed. */
export type ClientMessage =
  /** The first message. A `room` gets the chat messages of all its members. */
  | { readonly type: 'join'; readonly user: string; readonly room: string }
  | { readonly type: 'chat'; readonly text: string }
  | { readonly type: 'presence'; readonly state: string }
  /** The last message: the service answers everything else that it has got, then this. */
  | { readonly type: 'leave' };

/** The answer to `leave`: the last message that the service sends on a connection. */
export const BYE = '{"type":"bye"}';

/** What a message begins with that another client has caused; all others are answers. As long as {@link BYE}. */
export const BROADCAST_START = '{"type":"chat"';
