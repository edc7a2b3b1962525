import type { MetricSpec } from '../catalog/metric.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { writeFile } from '../provisioning/folder.ts';
import type { FileState } from '../provisioning/folder.ts';

/** What became of a file. */
export interface ProvisionedFile {
  /** Under the folder, with slashes. */
  readonly path: string;
  readonly state: FileState;
}

/**
 * Writes all files for Grafana's provisioning below a folder, where they are not there or other. Files of others are left alone.
 *
 * @param folder is made where it is not there
 * @param custom the user's own metrics
 * @throws Error of one line where a file cannot be written
 */
export async function writeProvisioning(
  folder: string,
  config: ResolvedConfig,
  custom: readonly MetricSpec[] = [],
): Promise<readonly ProvisionedFile[]> {
  // a service that writes no files does not load what writes YAML
  const { grafanaFiles } = await import('./files.ts');
  return grafanaFiles(config, custom).files.map((file) => ({ path: file.path, state: writeFile(folder, file) }));
}
