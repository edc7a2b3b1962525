import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { diag } from '@opentelemetry/api';
import { systemClock } from '../base/clock.ts';
import { createOnceLogger } from '../base/logger.ts';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';
import { SdkInstruments } from '../instruments/sdk-instruments.ts';
import { Recorder } from '../recording/recorder.ts';
import { WebSocketRecorder } from '../recording/websocket-recorder.ts';
import { findWebSocketClasses } from './ws-modules.ts';
import { WsObserver } from './ws-observer.ts';
import { patchWebSocket } from './ws-patch.ts';
import type { WsClass } from './ws-types.ts';

/** Where the figures go. */
export interface WsRecorders {
  readonly recorder: Recorder;
  readonly server: WebSocketRecorder;
  readonly client: WebSocketRecorder;
}

/** How sockets are measured. */
export interface WsInstrumentationConfig {
  /** Whether the constructor already calls {@link WsInstrumentation.enable}. Default true. */
  readonly enabled?: boolean;
  /** A connection without a data message for this long is idle, in ms. Default 30 000. */
  readonly idleAfterMs?: number;
}

const DEFAULT_IDLE_AFTER_MS = 30_000;

/**
 * Measures the sockets of every copy of `ws` in the process, both ends.
 *
 * It is an OpenTelemetry `Instrumentation`: `registerInstrumentations` and `NodeSDK` take it and hand it their meter provider.
 * With `initializeTelemetryDashboard` nothing has to be done; there it is switched by `websocket.enabled`.
 */
export class WsInstrumentation {
  readonly instrumentationName: string = PACKAGE_NAME;
  readonly instrumentationVersion: string = VERSION;
  readonly #recorders: WsRecorders;
  readonly #patched = new Map<WsClass, () => void>();
  readonly #explicit = new Set<WsClass>();
  #config: WsInstrumentationConfig;
  #observer: WsObserver | undefined;
  #stopFinding: (() => void) | undefined;
  #instruments: SdkInstruments | undefined;

  constructor(config?: WsInstrumentationConfig);
  /** @internal */
  constructor(config: WsInstrumentationConfig, recorders: WsRecorders);
  constructor(config: WsInstrumentationConfig = {}, recorders: WsRecorders = ownRecorders()) {
    this.#config = config;
    this.#recorders = recorders;
    if (config.enabled !== false) this.enable();
  }

  /** Begins to measure: sockets that open from now on, of copies of `ws` that are loaded or will be. Harmless when it has begun. */
  enable(): void {
    if (this.#observer) return;
    const { recorder, server, client } = this.#recorders;
    const idleAfterMs = this.#config.idleAfterMs ?? DEFAULT_IDLE_AFTER_MS;
    this.#observer = new WsObserver({ clock: recorder.clock, logger: recorder.logger, server, client, idleAfterMs });
    for (const webSocket of this.#explicit) this.#patch(webSocket);
    this.#stopFinding = findWebSocketClasses((webSocket) => {
      this.#patch(webSocket);
    });
  }

  /** Stops to measure and puts every patched method back. */
  disable(): void {
    this.#stopFinding?.();
    for (const unpatch of this.#patched.values()) unpatch();
    this.#patched.clear();
    this.#observer?.close();
    this.#observer = undefined;
  }

  /** Measures a copy of `ws` that no module hook can see: one that is bundled, or loaded by a test runner of its own. */
  instrument({ WebSocket }: { readonly WebSocket: WsClass }): void {
    this.#explicit.add(WebSocket);
    this.#patch(WebSocket);
  }

  /** Sends the figures to this provider too, as plain instruments. Replaces an earlier one. */
  setMeterProvider(meterProvider: MeterProvider): void {
    this.#instruments?.close();
    const { recorder } = this.#recorders;
    this.#instruments = new SdkInstruments(meterProvider.getMeter(PACKAGE_NAME, VERSION), recorder);
    for (const family of recorder.families) {
      if (family.spec.name.startsWith('websocket.')) this.#instruments.add(family);
    }
  }

  /** Takes the provider and does nothing with it: this instrumentation makes no spans. */
  setTracerProvider(_tracerProvider: TracerProvider): void {
    // no spans
  }

  /** Takes effect at the next {@link enable}. */
  setConfig(config: WsInstrumentationConfig): void {
    this.#config = config;
  }

  getConfig(): WsInstrumentationConfig {
    return this.#config;
  }

  /** A subclass of a patched class is patched with it. */
  #isPatched({ prototype }: WsClass): boolean {
    return [...this.#patched.keys()].some(
      (patched) => patched.prototype === prototype || Object.prototype.isPrototypeOf.call(patched.prototype, prototype),
    );
  }

  #patch(webSocket: WsClass): void {
    if (!this.#observer || this.#isPatched(webSocket)) return;
    this.#patched.set(webSocket, patchWebSocket(webSocket, this.#observer));
  }
}

/** For an instrumentation that stands alone. */
function ownRecorders(): WsRecorders {
  const logger = createOnceLogger(diag);
  const limits = { attributeValues: 100, series: 1900 };
  const recorder = new Recorder({ clock: systemClock, logger, limits, windowMs: 60_000 });
  return {
    recorder,
    server: new WebSocketRecorder(recorder, 'server'),
    client: new WebSocketRecorder(recorder, 'client'),
  };
}
