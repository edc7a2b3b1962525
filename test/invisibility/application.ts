import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Child } from '../support/child-process.ts';
import type { Ending } from '../support/child-process.ts';

const ROOT = resolve(__dirname, '..', '..');
const DIST = join(ROOT, 'dist');
const EMIT_FRAME = /at WebSocket\.emit \(node:(events|domain):/;

/** An observation: what was seen, or why nothing was. */
interface Observation {
  readonly value?: unknown;
  readonly failure?: string;
}

/** How a program ended and what it wrote. */
export interface Output extends Ending {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run of observations gave. */
export interface Transcript extends Output {
  readonly observations: ReadonlyMap<string, Observation>;
  /** Messages that the package counted in the process. */
  readonly counted: number;
}

export interface RunOptions {
  /** What is loaded first: nothing, the instrumentation, or one that does what instrumentations should not. */
  readonly preload?: 'blank' | 'instrumentation' | 'careless';
  readonly flags?: readonly string[];
}

/** Also without the instrumentation something is loaded: `--import` alone changes how Node.js starts a program. */
const PRELOADS = {
  blank: join(__dirname, 'blank.mjs'),
  instrumentation: join(DIST, 'register.js'),
  careless: join(__dirname, 'careless.mjs'),
};

/** An application with a copy of `ws` as its own, and a second copy within another package. */
export class Application {
  readonly #folder: string;

  /** @param wsPackage the package that stands in as `ws` */
  constructor(wsPackage: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
    for (const file of ['observe.cjs', 'end.cjs', 'peers.cjs', 'shapes.cjs', 'observations', 'endings']) {
      cpSync(join(__dirname, file), join(this.#folder, file), { recursive: true });
    }
    const source = dirname(require.resolve(`${wsPackage}/package.json`));
    cpSync(source, join(this.#folder, 'node_modules', 'ws'), { recursive: true });
    const other = join(this.#folder, 'node_modules', 'other');
    cpSync(source, join(other, 'node_modules', 'ws'), { recursive: true });
    writeFileSync(join(other, 'index.js'), "module.exports = require('ws');\n");
    mkdirSync(join(this.#folder, 'configs'));
    writeFileSync(this.#configuration, JSON.stringify({ prometheus: { enabled: false } }));
  }

  get #configuration(): string {
    return join(this.#folder, 'configs', 'monitoring.json');
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Makes the observations of these themes in one process. */
  async observe(themes: readonly string[], options?: RunOptions): Promise<Transcript> {
    const output = await this.#run(['observe.cjs', ...themes], options);
    const observations = new Map<string, Observation>();
    let counted = 0;
    for (const line of output.stdout.split('\n').filter(Boolean)) {
      const { name, ...seen } = JSON.parse(line) as Observation & { name?: string; counted?: number };
      if (name === undefined) counted = seen.counted ?? 0;
      else observations.set(name, seen);
    }
    return { ...output, observations, counted };
  }

  /** Runs one of the programs that end by themselves or die. */
  async end(name: string, options?: RunOptions): Promise<Output> {
    const { stdout, stderr, ...ending } = await this.#run(['end.cjs', name], options);
    return { ...ending, stdout, stderr: withoutOurFrames(stderr) };
  }

  async #run(args: readonly string[], { preload = 'blank', flags = [] }: RunOptions = {}): Promise<Output> {
    // deep enough that frames of ours push none of the application's out
    const child = new Child(
      process.execPath,
      ['--import', PRELOADS[preload], '--stack-trace-limit=100', ...flags, ...args],
      {
        cwd: this.#folder,
        env: { DIST_INDEX: join(DIST, 'index.js'), TELEMETRY_DASHBOARD_CONFIG: this.#configuration },
      },
    );
    try {
      const ending = await child.waitForEnd(60_000);
      return { ...ending, stdout: child.stdout, stderr: child.stderr };
    } finally {
      await child.stop();
    }
  }
}

/**
 * Stack traces as they are but for ports, the process's id in warnings, and what is an exception: frames of the instrumentation
 * are in them, and the one of `emit` is not where it has called the listeners of a message itself.
 */
function withoutOurFrames(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !(line.startsWith('    at ') && (line.includes(`${ROOT}/`) || EMIT_FRAME.test(line))))
    .join('\n')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/port: \d+/g, 'port: PORT')
    .replace(/\(node:\d+\)/g, '(node:PID)');
}
