import { dirname } from 'node:path';
import { defaultResource } from '@opentelemetry/resources';
import type * as OtlpProto from '@opentelemetry/exporter-metrics-otlp-proto';
import type * as OtlpHttp from '@opentelemetry/exporter-metrics-otlp-http';
import type * as OtlpGrpc from '@opentelemetry/exporter-metrics-otlp-grpc';
import type * as Grpc from '@grpc/grpc-js';
import { TelemetryConfigError } from '../../base/errors.ts';

/** The package of each `otlp.protocol`; optional peers of this package. */
const PACKAGES = {
  'http/protobuf': '@opentelemetry/exporter-metrics-otlp-proto',
  'http/json': '@opentelemetry/exporter-metrics-otlp-http',
  grpc: '@opentelemetry/exporter-metrics-otlp-grpc',
} as const;

/** What the exporter package for gRPC is built on; it is this that has grpc-js. */
const GRPC_BASE = '@opentelemetry/otlp-grpc-exporter-base';

/** `otlp.protocol`. */
export type OtlpProtocol = keyof typeof PACKAGES;

/** What is used of the exporter packages. */
interface ExporterPackages {
  readonly 'http/protobuf': typeof OtlpProto;
  readonly 'http/json': typeof OtlpHttp;
  readonly grpc: typeof OtlpGrpc;
}

/** An exporter package that was loaded. */
export interface Loaded<Protocol extends OtlpProtocol> {
  readonly exports: ExporterPackages[Protocol];
  /** The file it was loaded from. */
  readonly file: string;
}

/**
 * Loads the exporter package of a protocol. None is a dependency of this package: only who pushes needs one.
 *
 * @param source of the configuration, for the error
 * @param folders from which it is looked for
 * @throws TelemetryConfigError at `otlp.protocol`, with the command that installs it, where neither this package nor the
 *   working directory has it
 */
export function loadExporterPackage<Protocol extends OtlpProtocol>(
  source: string,
  protocol: Protocol,
  folders: readonly string[] = [__dirname, process.cwd()],
): Loaded<Protocol> {
  const name = PACKAGES[protocol];
  let file: string;
  try {
    file = require.resolve(name, { paths: [...folders] });
  } catch {
    const expected = `the package ${name} (npm install ${name}@${fittingVersion()})`;
    throw new TelemetryConfigError(source, [{ path: 'otlp.protocol', value: `${name} is not installed`, expected }]);
  }
  return { exports: module.require(file) as ExporterPackages[Protocol], file };
}

/** The copy of grpc-js that the exporter package for gRPC uses itself. */
export function loadGrpc({ file }: Loaded<'grpc'>): typeof Grpc {
  const base = require.resolve(GRPC_BASE, { paths: [dirname(file)] });
  return module.require(require.resolve('@grpc/grpc-js', { paths: [dirname(base)] })) as typeof Grpc;
}

/** Exporters are released together with an SDK: another line's would bring a second copy of it. */
function fittingVersion(): string {
  return String(defaultResource().attributes['telemetry.sdk.version']).startsWith('2.') ? '0.223.0' : '0.301.0';
}
