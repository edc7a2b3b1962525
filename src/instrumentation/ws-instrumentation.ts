import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { diag } from '@opentelemetry/api';
import { systemClock } from '../base/clock.ts';
import { createOnceLogger } from '../base/logger.ts';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';
import { SdkInstruments } from '../instruments/sdk-instruments.ts';
import { Recorder } from '../recording/recorder.ts';
import { WebSocketRecorder } from '../recording/websocket-recorder.ts';
import { NativeSockets } from './native/native-sockets.ts';
import { Paths } from './paths.ts';
import { findWsClasses } from './ws/classes.ts';
import { messageTypeOf } from './ws/message-type.ts';
import type { MessageType, MessageTypeOf } from './ws/message-type.ts';
import { WsObservation } from './ws/observation.ts';
import type { WsClasses } from './ws/types.ts';

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
  /**
   * Pings every open connection this often, in ms, to measure its round trip. The application sees nothing of these pings and
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
   * most 4096 bytes have in that member. Default, and where that gives none: `text` or `binary`.
   */
  readonly messageType?: MessageType;
}

const DEFAULT_IDLE_AFTER_MS = 30_000;

/**
 * Measures the sockets of every copy of `ws` in the process, both ends, and those of the platform's own client (`globalThis.WebSocket`,
 * `undici`) as far as Node.js tells of them: handshakes, open connections, their durations and errors.
 *
 * It is an OpenTelemetry `Instrumentation`: `registerInstrumentations` and `NodeSDK` take it and hand it their meter provider.
 * With `initializeTelemetryDashboard` nothing has to be done; there it is switched by `websocket.enabled`.
 */
export class WsInstrumentation {
  readonly instrumentationName: string = PACKAGE_NAME;
  readonly instrumentationVersion: string = VERSION;
  readonly #recorders: WsRecorders;
  readonly #explicit = new Set<WsClasses>();
  #config: WsInstrumentationConfig;
  #settings: Settings;
  #observation: WsObservation | undefined;
  #native: NativeSockets | undefined;
  #stopFinding: (() => void) | undefined;
  #instruments: SdkInstruments | undefined;

  /** @throws TypeError where a pattern or `messageType` is none */
  constructor(config?: WsInstrumentationConfig);
  /** @internal */
  constructor(config: WsInstrumentationConfig, recorders: WsRecorders);
  constructor(config: WsInstrumentationConfig = {}, recorders: WsRecorders = ownRecorders()) {
    this.#config = config;
    this.#settings = settingsOf(config);
    this.#recorders = recorders;
    if (config.enabled !== false) this.enable();
  }

  /** Begins to measure: sockets that open from now on, of copies of `ws` that are loaded or will be. Harmless when it has begun. */
  enable(): void {
    if (this.#observation) return;
    const observation = new WsObservation({ ...this.#recorders, ...this.#settings });
    this.#observation = observation;
    const { recorder, client } = this.#recorders;
    this.#native = new NativeSockets({
      clock: recorder.clock,
      logger: recorder.logger,
      client,
      paths: this.#settings.paths,
    });
    for (const classes of this.#explicit) observation.patch(classes);
    this.#stopFinding = findWsClasses((classes) => {
      observation.patch(classes);
    });
  }

  /** Stops to measure and puts every patched method back. Sockets that are open are no longer counted, then or later. */
  disable(): void {
    this.#stopFinding?.();
    this.#observation?.close();
    this.#observation = undefined;
    this.#native?.close();
    this.#native = undefined;
  }

  /**
   * Measures a copy of `ws` that no module hook can see: one that is bundled, or loaded by a test runner of its own.
   *
   * @throws TypeError where a class is none of `ws`
   */
  instrument(classes: WsClasses): void {
    this.#explicit.add(classes);
    this.#observation?.patch(classes);
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

  /**
   * Takes effect at the next {@link enable}.
   *
   * @throws TypeError where a pattern or `messageType` is none
   */
  setConfig(config: WsInstrumentationConfig): void {
    this.#settings = settingsOf(config);
    this.#config = config;
  }

  getConfig(): WsInstrumentationConfig {
    return this.#config;
  }
}

/** The configuration, checked. */
interface Settings {
  readonly idleAfterMs: number;
  readonly pingIntervalMs: number | undefined;
  readonly paths: Paths;
  readonly typeOf: MessageTypeOf | undefined;
}

function settingsOf({ idleAfterMs, pingIntervalMs, routes, ignore, messageType }: WsInstrumentationConfig): Settings {
  return {
    idleAfterMs: idleAfterMs ?? DEFAULT_IDLE_AFTER_MS,
    pingIntervalMs,
    paths: new Paths(routes, ignore),
    typeOf: messageTypeOf(messageType),
  };
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
