import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { TelemetryConfigError } from '../../../src/base/errors.ts';
import { readTls } from '../../../src/config/tls-files.ts';
import type { TlsSection } from '../../../src/config/tls-files.ts';
import { cert, key } from '../../conformance/harness/certificate.cjs';
import { closeLater, closeLeftovers } from '../../support/leftovers.ts';

afterEach(closeLeftovers);

/** A folder with a certificate, its key and a text that is neither. */
function folderOfFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-tls-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries({ 'cert.pem': cert, 'key.pem': key, text: 'hunter2' })) {
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const read = (section: Partial<TlsSection>) => readTls('code', 'x.tls', { insecure_skip_verify: false, ...section });

function problems(section: Partial<TlsSection>): string[] {
  try {
    read(section);
    return [];
  } catch (error) {
    expect((error as Error).message).not.toContain('hunter2');
    return (error as TelemetryConfigError).issues.map(
      ({ path, value, expected }) => `${path}: ${value}, expected ${expected}`,
    );
  }
}

describe('readTls', () => {
  it('gives what node:tls takes, and nothing for what is not given', () => {
    expect(read({})).toEqual({ rejectUnauthorized: true });
    expect(read({ insecure_skip_verify: true, server_name: 'a' })).toEqual({
      rejectUnauthorized: false,
      servername: 'a',
    });
  });

  it('reads the files, relative ones under the working directory', () => {
    const folder = folderOfFiles();
    const path = (name: string): string => relative(process.cwd(), join(folder, name));
    expect(read({ ca_file: path('cert.pem'), cert_file: path('cert.pem'), key_file: path('key.pem') })).toEqual({
      ca: cert,
      cert,
      key,
      rejectUnauthorized: true,
    });
  });

  it('names each key whose file is missing or wrong', () => {
    const folder = folderOfFiles();
    const path = (name: string): string => join(folder, name);
    expect(problems({ ca_file: path('none'), cert_file: path('none'), key_file: folder })).toEqual([
      'x.tls.ca_file: no such file, expected a file that can be read',
      'x.tls.cert_file: no such file, expected a file that can be read',
      'x.tls.key_file: a file that gives EISDIR, expected a file that can be read',
    ]);
    expect(problems({ ca_file: path('text'), cert_file: path('text'), key_file: path('key.pem') })).toEqual([
      'x.tls.ca_file: another file, expected a PEM file with certificates',
      'x.tls.cert_file: another file, expected a PEM file with a certificate',
    ]);
    expect(problems({ cert_file: path('cert.pem'), key_file: path('text') })).toEqual([
      'x.tls.key_file: another file, expected a PEM file with the private key of cert_file, without a passphrase',
    ]);
  });
});
