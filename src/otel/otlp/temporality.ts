import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';

/** `otlp.temporality`, as OpenTelemetry names the preferences. */
export type TemporalityPreference = 'cumulative' | 'delta' | 'lowmemory';

const { CUMULATIVE, DELTA } = AggregationTemporality;

/** Instruments whose values go up and down: a difference of those says nothing without all that came before. */
const UP_DOWN: ReadonlySet<InstrumentType> = new Set([
  InstrumentType.UP_DOWN_COUNTER,
  InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
]);
/** Of which the SDK need not keep the last value to give a difference. */
const SYNCHRONOUS: ReadonlySet<InstrumentType> = new Set([InstrumentType.COUNTER, InstrumentType.HISTOGRAM]);

/** Whether values of an instrument count from the start or from the last push, as the specification of the OTLP exporter has it. */
export function temporalityOf(preference: TemporalityPreference, type: InstrumentType): AggregationTemporality {
  if (preference === 'delta') return UP_DOWN.has(type) ? CUMULATIVE : DELTA;
  return preference === 'lowmemory' && SYNCHRONOUS.has(type) ? DELTA : CUMULATIVE;
}
