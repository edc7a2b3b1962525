import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { TelemetryConfigError } from '../base/errors.ts';
import type { ConfigIssue } from '../base/errors.ts';
import type { TlsMaterial } from '../base/tls-material.ts';

/** A section `tls` of the document. */
export interface TlsSection {
  readonly ca_file?: string | undefined;
  readonly cert_file?: string | undefined;
  readonly key_file?: string | undefined;
  readonly server_name?: string | undefined;
  readonly insecure_skip_verify: boolean;
}

const FILES = ['ca_file', 'cert_file', 'key_file'] as const;

/**
 * Reads the files of a section `tls`; relative paths are under the working directory.
 *
 * @param source of the configuration, for the error
 * @param path of the section: `alerts.channels.email.tls`
 * @throws TelemetryConfigError naming each key whose file cannot be read or is not what it should be
 */
export function readTls(source: string, path: string, section: TlsSection): TlsMaterial {
  const issues: ConfigIssue[] = [];
  // not the path itself: it may come from a variable
  const wrong = (key: (typeof FILES)[number], value: string, expected: string): void => {
    issues.push({ path: `${path}.${key}`, value, expected });
  };
  const [ca, cert, key] = FILES.map((name) => {
    const file = section[name];
    if (file === undefined) return undefined;
    try {
      return readFileSync(resolve(file), 'utf8');
    } catch (error) {
      wrong(name, reasonOf((error as NodeJS.ErrnoException).code), 'a file that can be read');
      return undefined;
    }
  });
  // a text that is no certificate would be passed over in silence
  if (ca !== undefined && !isCertificate(ca)) wrong('ca_file', 'another file', 'a PEM file with certificates');
  if (cert !== undefined && !isCertificate(cert)) wrong('cert_file', 'another file', 'a PEM file with a certificate');
  else if (cert !== undefined && key !== undefined && !belongTogether(cert, key)) {
    wrong('key_file', 'another file', 'a PEM file with the private key of cert_file, without a passphrase');
  }
  if (issues.length > 0) throw new TelemetryConfigError(source, issues);
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(section.server_name !== undefined && { servername: section.server_name }),
    rejectUnauthorized: !section.insecure_skip_verify,
  };
}

function reasonOf(code: string | undefined): string {
  return code === 'ENOENT' ? 'no such file' : `a file that gives ${code ?? 'an error'}`;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function belongTogether(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}
