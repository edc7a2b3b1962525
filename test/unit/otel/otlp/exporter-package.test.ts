import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { parse } from 'node:path';
import { loadExporterPackage } from '../../../../src/otel/otlp/exporter-package.ts';
import type { OtlpProtocol } from '../../../../src/otel/otlp/exporter-package.ts';

const installed = createRequire(__filename);

describe('loadExporterPackage', () => {
  it.each<[OtlpProtocol, string]>([
    ['http/protobuf', '@opentelemetry/exporter-metrics-otlp-proto'],
    ['http/json', '@opentelemetry/exporter-metrics-otlp-http'],
    ['grpc', '@opentelemetry/exporter-metrics-otlp-grpc'],
  ])('says for %s how to install %s where it is missing, in the version for this SDK', (protocol, name) => {
    const { version } = installed(`${name}/package.json`) as { version: string };
    expect(() => loadExporterPackage('monitoring.json', protocol, [parse(tmpdir()).root])).toThrow(
      `otlp.protocol: ${name} is not installed, expected the package ${name} (npm install ${name}@${version})`,
    );
  });
});
