import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child } from '../support/child-process.ts';

/** A copy of `ws` among the development dependencies, by its name there. */
export type WsPackage = 'ws-7' | 'ws-8.0' | 'ws';

const ROOT = resolve(__dirname, '..', '..');

/** The configuration of all rows that bring none of their own. */
const CONFIG = { prometheus: { enabled: false } };

/** An application in a folder of its own that has this version of `ws`, another copy of `ws` by a dependency, and the built package. */
export class Application {
  readonly #folder: string;

  constructor(ws: WsPackage) {
    if (!existsSync(join(ROOT, 'dist', 'index.js'))) throw new Error('there is no dist/: run `npm run build` first');
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), 'telemetry-dashboard-')));
    const modules = join(this.#folder, 'node_modules');
    const copy = (name: string, ...to: string[]): void =>
      cpSync(join(ROOT, 'node_modules', name), join(this.#folder, ...to), { recursive: true });
    cpSync(__dirname, this.#folder, { recursive: true });
    mkdirSync(modules);
    copy(ws, 'node_modules', 'ws');
    copy(ws, 'hidden', 'web-socket');
    copy(ws === 'ws' ? 'ws-7' : 'ws', 'node_modules', 'dependency', 'node_modules', 'ws');
    // the links lead to where the package and its dependencies really are
    symlinkSync(ROOT, join(modules, 'telemetry-dashboard'));
    symlinkSync(join(ROOT, 'node_modules', '@opentelemetry'), join(modules, '@opentelemetry'));
    writeFileSync(join(this.#folder, 'config.json'), JSON.stringify(CONFIG));
  }

  /** Starts `program.<system>`: under `register`, or with `ws` loaded before the package. */
  start(system: 'cjs' | 'mjs', wsFirst: boolean): Child {
    const args = [`program.${system}`];
    return new Child(
      process.execPath,
      wsFirst ? [...args, 'ws-first'] : ['--import', 'telemetry-dashboard/register', ...args],
      {
        cwd: this.#folder,
        env: { TELEMETRY_DASHBOARD_CONFIG: join(this.#folder, 'config.json'), ROWS: process.env['ROWS'] ?? '' },
      },
    );
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
