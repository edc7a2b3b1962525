import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GeneratedFile } from './generated-file.ts';

/** `written`: it was not there. `changed`: it was other. In a comparison they are `missing` and `differs`. */
export type FileState = 'written' | 'changed' | 'unchanged' | 'missing' | 'differs';

/**
 * Writes a file where it is not there or other; whoever reads it sees the old or the new one, never a part.
 *
 * @param folder is made where it is not there
 * @throws Error of one line where it cannot be written
 */
export function writeFile(folder: string, { path, text }: GeneratedFile): FileState {
  const before = read(folder, path);
  if (before === text) return 'unchanged';
  const target = join(folder, path);
  const partial = `${target}.${process.pid}.partial`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(partial, text);
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new Error(`cannot write ${target}: ${codeOf(error)}`, { cause: error });
  }
  return before === undefined ? 'written' : 'changed';
}

/** @throws Error of one line where the file is there and cannot be read */
export function compareFile(folder: string, { path, text }: GeneratedFile): FileState {
  const found = read(folder, path);
  if (found === undefined) return 'missing';
  return found === text ? 'unchanged' : 'differs';
}

function read(folder: string, path: string): string | undefined {
  const target = join(folder, path);
  try {
    return readFileSync(target, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Error(`cannot read ${target}: ${codeOf(error)}`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
