import type { Clock } from '../../base/clock.ts';
import type { Recorder } from '../../recording/recorder.ts';
import type { WebSocketRecorder } from '../../recording/websocket-recorder.ts';
import type { Paths } from '../paths.ts';
import { ClientHandshakes } from './client-handshakes.ts';
import { createGuard } from '../guard.ts';
import { MessageObserver } from './message-observer.ts';
import type { MessageTypeOf } from './message-type.ts';
import { Pinger } from './pinger.ts';
import type { WsPrototypes } from './prototypes.ts';
import { ServerHandshakes } from './server-handshakes.ts';
import { patchHttpServers, patchWebSocketServers } from './server-patch.ts';
import { SocketObserver } from './socket-observer.ts';
import { patchSockets } from './socket-patch.ts';
import { Sockets } from './sockets.ts';

export interface WsObservationOptions {
  readonly recorder: Recorder;
  readonly server: WebSocketRecorder;
  readonly client: WebSocketRecorder;
  readonly paths: Paths;
  readonly typeOf: MessageTypeOf | undefined;
  readonly idleAfterMs: number;
  readonly pingIntervalMs: number | undefined;
}

/** All that is measured of `ws` from one `enable()` to its `disable()`. */
export class WsObservation {
  readonly #sockets: Sockets;
  readonly #messageObserver: MessageObserver;
  readonly #socketObserver: SocketObserver;
  readonly #serverHandshakes: ServerHandshakes;
  readonly #clientHandshakes: ClientHandshakes;
  readonly #pinger: Pinger | undefined;
  /** By prototype. */
  readonly #patched = new Map<object, () => void>();
  readonly #clock: Clock;
  #unpatchHttp: (() => void) | undefined;

  constructor({ recorder, server, client, paths, typeOf, idleAfterMs, pingIntervalMs }: WsObservationOptions) {
    const { clock, logger } = recorder;
    const guard = createGuard(logger, 'a ws socket');
    const sockets = new Sockets({ server, client }, clock, paths, idleAfterMs);
    this.#sockets = sockets;
    this.#messageObserver = new MessageObserver({ clock, logger, sockets, typeOf });
    this.#serverHandshakes = new ServerHandshakes(clock, guard, server, paths);
    this.#clientHandshakes = new ClientHandshakes(clock, guard, client, paths);
    this.#socketObserver = new SocketObserver({
      clock,
      guard,
      sockets,
      paths,
      serverHandshakes: this.#serverHandshakes,
      clientHandshakes: this.#clientHandshakes,
    });
    this.#clock = clock;
    if (pingIntervalMs !== undefined)
      this.#pinger = new Pinger(clock, pingIntervalMs, [sockets.open.server, sockets.open.client]);
  }

  /** Measures a copy of `ws`; harmless for one that is measured. */
  patch({ socket, server }: WsPrototypes): void {
    this.#unpatchHttp ??= patchHttpServers(this.#serverHandshakes, this.#clock);
    const observers = { sockets: this.#socketObserver, messages: this.#messageObserver };
    this.#patch(socket, () => patchSockets(socket, observers));
    if (server) this.#patch(server, () => patchWebSocketServers(server, this.#serverHandshakes));
  }

  /** Puts everything back and forgets all sockets. */
  close(): void {
    for (const unpatch of this.#patched.values()) unpatch();
    this.#patched.clear();
    this.#unpatchHttp?.();
    this.#messageObserver.close();
    this.#pinger?.close();
    this.#clientHandshakes.close();
    this.#serverHandshakes.close();
    this.#sockets.close();
  }

  #patch(prototype: object, patch: () => () => void): void {
    if (!this.#patched.has(prototype)) this.#patched.set(prototype, patch());
  }
}
