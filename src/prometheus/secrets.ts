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

/** `tls_config` where anything is set. Its keys are those of Prometheus and Alertmanager. */
export function tlsConfig(tls: Tls): { tls_config?: Tls } {
  const { insecure_skip_verify: skip, ...files } = tls;
  return skip || Object.keys(files).length > 0 ? { tls_config: tls } : {};
}
