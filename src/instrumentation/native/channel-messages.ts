// The little of undici's diagnostics channels that is relied on, the same in 5.28 to 8.12 but for what is optional. Types only.

/** The request of a handshake. */
export interface UpgradeRequest {
  /** `websocket`; null for any other request. */
  readonly upgrade: unknown;
  readonly origin: unknown;
  /** With the query. */
  readonly path: string;
  /** Names and values by turns; a string before undici 6. */
  readonly headers: unknown;
}

/** The TCP or TLS socket beneath, which the application never gets to see. */
export interface RawSocket {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly bytesRead: number;
  /** What it was destroyed with. */
  readonly errored: Error | null;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/** The local end of a raw socket. */
export interface LocalAddress {
  readonly address?: string;
  readonly port?: number;
}

export interface NativeWebSocket {
  readonly url: string;
}

/** The messages of the channels. */
export interface ChannelMessages {
  'undici:request:create': { readonly request: UpgradeRequest };
  'undici:client:sendHeaders': { readonly request: UpgradeRequest; readonly socket: RawSocket };
  /** For a handshake that the server accepts only since undici 8. */
  'undici:request:headers': { readonly request: UpgradeRequest; readonly response: { readonly statusCode: number } };
  'undici:request:error': { readonly request: UpgradeRequest; readonly error: unknown };
  'undici:websocket:open': {
    readonly address: LocalAddress | null;
    /** Since undici 7.13: Node.js 20 and 22 never have it. */
    readonly websocket?: NativeWebSocket;
  };
  /** Failed handshakes too have one since undici 7.13. */
  'undici:websocket:close': { readonly websocket: NativeWebSocket; readonly code: number };
}
