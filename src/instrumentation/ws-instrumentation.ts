import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { diag } from '@opentelemetry/api';
import { systemClock } from '../base/clock.ts';
import { textOf } from '../base/errors.ts';
import { createOnceLogger } from '../base/logger.ts';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';
import { SdkInstruments } from '../instruments/sdk-instruments.ts';
import { Recorder } from '../recording/recorder.ts';
import { WebSocketRecorder } from '../recording/websocket-recorder.ts';
import { NativeSockets } from './native/native-sockets.ts';
import { findWsClasses } from './ws/classes.ts';
import type { WsInstrumentationConfig } from './ws-instrumentation-config.ts';
import { settingsOf } from './ws-settings.ts';
import type { WsSettings } from './ws-settings.ts';
import { WsObservation } from './ws/observation.ts';
import { prototypesOf } from './ws/prototypes.ts';
import type { WsPrototypes } from './ws/prototypes.ts';
import type { WsClasses } from './ws/types.ts';

/** Where the figures go. */
export interface WsRecorders {
  readonly recorder: Recorder;
  readonly server: WebSocketRecorder;
  readonly client: WebSocketRecorder;
}

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
  readonly #explicit: WsPrototypes[] = [];
  #config: WsInstrumentationConfig;
  #settings: WsSettings;
  #observation: WsObservation | undefined;
  #native: NativeSockets | undefined;
  #stopFinding: (() => void) | undefined;
  #instruments: SdkInstruments | undefined;

  /** @throws TypeError naming all that is wrong in the configuration */
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
    const { clock, logger } = recorder;
    this.#native = new NativeSockets({ clock, logger, client, paths: this.#settings.paths });
    for (const prototypes of this.#explicit) observation.patch(prototypes);
    this.#stopFinding = findWsClasses((classes) => {
      try {
        observation.patch(prototypesOf(classes));
      } catch (error) {
        // of a module that has the name of ws and is something else; its application must not suffer from us
        logger.warnOnce('ws classes', `a copy of ws is not measured: ${textOf(error)}`);
      }
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
    const prototypes = prototypesOf(classes);
    this.#explicit.push(prototypes);
    this.#observation?.patch(prototypes);
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
   * @throws TypeError naming all that is wrong in the configuration
   */
  setConfig(config: WsInstrumentationConfig): void {
    this.#settings = settingsOf(config);
    this.#config = config;
  }

  /** The configuration as it was given last. */
  getConfig(): WsInstrumentationConfig {
    return this.#config;
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
