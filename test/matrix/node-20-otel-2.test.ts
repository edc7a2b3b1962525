import { describeRow } from './row.ts';

describeRow('this Node.js with OpenTelemetry 2', {
  dependencies: {
    '@opentelemetry/api': '1.9.1',
    '@opentelemetry/instrumentation': '0.223.0',
    '@opentelemetry/sdk-metrics': '2.12.0',
    '@opentelemetry/sdk-node': '0.223.0',
    '@types/node': '20.19.43',
    '@types/ws': '8.18.2',
    ws: '8.23.0',
  },
});
