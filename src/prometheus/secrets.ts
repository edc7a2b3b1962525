import type { AlertsConfig } from '../config/schema.ts';

// Generated files are committed and mounted: they name the files that hold secrets, and never hold one.

type Tls = NonNullable<AlertsConfig['channels']['email']>['tls'];

/** The key for a file that holds a password, where there is one. */
export function passwordFile<Key extends string>(
  key: Key,
  password: string | undefined,
  owner: string,
): Partial<Record<Key, string>> {
  return password === undefined ? {} : ({ [key]: `secrets/${owner}-password` } as Record<Key, string>);
}

/**
 * `tls_config` where anything is set. Its keys are those of Prometheus and Alertmanager, which look for files from the folder of
 * their own configuration; the process does from the folder above.
 */
export function tlsConfig(tls: Tls): { tls_config?: Tls } {
  const { insecure_skip_verify: skip, ...files } = tls;
  const entries = Object.entries(files);
  if (!skip && entries.length === 0) return {};
  const moved = Object.fromEntries(entries.map(([key, path]) => [key, isAnchored(path) ? path : `../${path}`]));
  return { tls_config: { ...moved, insecure_skip_verify: skip } };
}

/** On any platform. */
function isAnchored(path: string | undefined): boolean {
  return path === undefined || /^(?:[/\\]|[a-z]:)/i.test(path);
}
