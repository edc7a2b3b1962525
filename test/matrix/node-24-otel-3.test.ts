import { describeRow } from './row.ts';

describeRow('Node.js 24 with OpenTelemetry 3', {
  node: '24',
  dependencies: {
    '@opentelemetry/api': '1.10.0',
    '@opentelemetry/instrumentation': '0.301.1',
    '@opentelemetry/sdk-metrics': '3.1.0',
    '@opentelemetry/sdk-node': '0.301.0',
    '@types/node': '24',
    '@types/ws': '8.18.2',
    ws: '8.23.0',
  },
});
