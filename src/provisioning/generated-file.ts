import { stringify } from 'yaml';

/** A file that `telemetry-dashboard provision` writes. */
export interface GeneratedFile {
  /** Under the output folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Files, and what of the configuration is not in them. */
export interface GeneratedFiles {
  readonly files: readonly GeneratedFile[];
  /** One line each. */
  readonly remarks: readonly string[];
}

/** First line of each YAML file. */
const HEADER = '# Written by `telemetry-dashboard provision` from the configuration; change that and run it again.\n';

/**
 * YAML that says where it comes from.
 *
 * @param remarks further comment lines, for whoever reads the file
 */
export function yamlText(document: unknown, remarks: readonly string[] = []): string {
  const comments = remarks.map((line) => `# ${line}\n`).join('');
  return HEADER + comments + stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
