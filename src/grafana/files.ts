import type { MetricSpec } from '../catalog/metric.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import type { GeneratedFiles } from '../provisioning/generated-file.ts';

/** All files for Grafana's provisioning, under `grafana/`. The same configuration and metrics give the same bytes. */
export function grafanaFiles(config: ResolvedConfig, custom: readonly MetricSpec[] = []): GeneratedFiles {
  void config;
  void custom;
  return { files: [], remarks: [] };
}
