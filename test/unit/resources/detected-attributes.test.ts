import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { detectedAttributes } from '../../../src/resources/detected-attributes.ts';
import { closeLater, closeLeftovers } from '../../support/leftovers.ts';

afterEach(closeLeftovers);

/** An application of a program two folders down, with these package.json files: one for each folder, from above. */
function application(...manifests: (string | undefined)[]): string {
  const root = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-app-'));
  closeLater(() => rmSync(root, { recursive: true }));
  const folders = [root, join(root, 'dist'), join(root, 'dist', 'bin')];
  folders.forEach((folder, index) => {
    mkdirSync(folder, { recursive: true });
    const manifest = manifests[index];
    if (manifest !== undefined) writeFileSync(join(folder, 'package.json'), manifest);
  });
  const program = join(root, 'dist', 'bin', 'app.js');
  writeFileSync(program, '');
  return program;
}

const versionOf = (program: string | undefined): unknown => detectedAttributes(program)['service.version'];

describe('detectedAttributes', () => {
  it('has the version of the nearest package.json that states one', () => {
    expect(versionOf(application('{"version":"1.2.3"}'))).toBe('1.2.3');
    expect(versionOf(application('{"version":"1.2.3"}', undefined, '{"type":"commonjs"}'))).toBe('1.2.3');
    expect(versionOf(application('{"version":"1.2.3"}', '{"version":"2.0.0"}', '{broken'))).toBe('2.0.0');
    expect(versionOf(application('{"version":"1.2.3"}', '{"version":3}'))).toBe('1.2.3');
  });

  it('follows a link to the program, as npm makes them', () => {
    const program = application('{"version":"1.2.3"}');
    const link = join(mkdtempSync(join(tmpdir(), 'telemetry-dashboard-bin-')), 'app');
    closeLater(() => rmSync(join(link, '..'), { recursive: true }));
    symlinkSync(program, link);
    expect(versionOf(link)).toBe('1.2.3');
  });

  it('has the version of the working directory where the program is an installed one that runs others', () => {
    const folder = dirname(application('{"version":"1.2.3"}'));
    const launcher = join(folder, 'node_modules', 'launcher');
    mkdirSync(launcher, { recursive: true });
    writeFileSync(join(launcher, 'package.json'), '{"version":"9.9.9"}');
    writeFileSync(join(launcher, 'bin.js'), '');
    expect(detectedAttributes(join(launcher, 'bin.js'), folder)['service.version']).toBe('1.2.3');
    expect(detectedAttributes(join(launcher, 'bin.js'), tmpdir())).not.toHaveProperty(['service.version']);
    expect(detectedAttributes(join(folder, 'app.js'), tmpdir())['service.version']).toBe('1.2.3');
  });

  it('has no version without a program, or with one that is not there', () => {
    expect(versionOf('/nowhere/at/all.js')).toBeUndefined();
    expect(Object.keys(detectedAttributes('/nowhere/at/all.js'))).not.toContain('service.version');
  });

  it('has the host as the semantic conventions name it', () => {
    const { 'host.name': name, 'host.arch': arch, 'os.type': type } = detectedAttributes();
    expect(name).toBe(hostname());
    expect(['amd64', 'arm64', 'arm32', 'x86', 'ppc32', 'ppc64', 's390x', 'riscv64', 'loong64']).toContain(arch);
    expect(['linux', 'darwin', 'windows', 'freebsd']).toContain(type);
  });
});
