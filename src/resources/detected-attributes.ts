import { readFileSync, realpathSync } from 'node:fs';
import { arch, hostname, platform } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import { containerIdOf } from './container-id.ts';

/** What Node.js calls otherwise than the semantic conventions. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'x86', arm: 'arm32', ppc: 'ppc32' };
const SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };

/**
 * What can be seen of service, host and container, as resource attributes of the semantic conventions. What cannot be seen is
 * left out.
 *
 * @param program the file that Node.js runs; undefined: none
 * @param folder whose version counts where the program is an installed one that runs others
 */
export function detectedAttributes(
  program: string | undefined = process.argv[1],
  folder: string = process.cwd(),
): Attributes {
  const version = program === undefined ? undefined : versionOf(program, folder);
  const container = containerIdOf(textOf('/proc/self/cgroup'), textOf('/proc/self/mountinfo'));
  return {
    ...(version !== undefined && { 'service.version': version }),
    'host.name': hostname(),
    'host.arch': ARCHITECTURES[arch()] ?? arch(),
    'os.type': SYSTEMS[platform()] ?? platform(),
    ...(container !== undefined && { 'container.id': container }),
  };
}

/** The application's, not that of a process manager or test runner. */
function versionOf(program: string, folder: string): string | undefined {
  try {
    const own = dirname(realpathSync(program));
    return versionAbove(own.split(sep).includes('node_modules') ? folder : own);
  } catch {
    return undefined;
  }
}

/** The version in the nearest `package.json` that has one: those without one only tell Node.js of the kind of modules. */
function versionAbove(start: string): string | undefined {
  for (let folder = start; ;) {
    const version = versionIn(textOf(join(folder, 'package.json')));
    const above = dirname(folder);
    if (version !== undefined || above === folder) return version;
    folder = above;
  }
}

function versionIn(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'string' && version !== '' ? version : undefined;
  } catch {
    return undefined;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
