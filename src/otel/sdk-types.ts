// The SDK's types that are part of our own API, for folders that do not import the SDK. All are interfaces or plain data: a
// class of one SDK line would not fit the other.
export type { IMetricReader, MetricProducer, ViewOptions } from '@opentelemetry/sdk-metrics';
export type { Resource } from '@opentelemetry/resources';
