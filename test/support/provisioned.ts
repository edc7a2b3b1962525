import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { resolveConfig } from '../../src/config/resolve.ts';
import { prometheusFiles } from '../../src/prometheus/files.ts';
import { RULES_PATH } from '../../src/prometheus/rules-file.ts';

/** How a program ended, with all that it wrote. */
export interface Verdict {
  readonly status: number | null;
  readonly output: string;
}

const TESTS_PATH = 'prometheus/tests/telemetry-dashboard.test.yml';

/** What `provision` makes of a document, in a folder of its own. */
export class Provisioned {
  readonly folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-provisioned-'));
  readonly remarks: readonly string[];

  /** @param secrets files that the configuration of Prometheus wants to be there */
  constructor(document: unknown, secrets: readonly string[] = []) {
    const { files, remarks } = prometheusFiles(resolveConfig('test', document));
    this.remarks = remarks;
    for (const { path, text } of files) this.#write(path, text);
    for (const secret of secrets) this.#write(`prometheus/secrets/${secret}`, 'x');
  }

  get rules(): string {
    return readFileSync(join(this.folder, RULES_PATH), 'utf8');
  }

  set rules(text: string) {
    this.#write(RULES_PATH, text);
  }

  checkRules(): Verdict {
    return this.#run('promtool', 'check', 'rules', '--lint=all', '--lint-fatal', RULES_PATH);
  }

  checkConfigs(): Verdict[] {
    return [
      this.#run('promtool', 'check', 'config', 'prometheus/prometheus.yml'),
      this.#run('amtool', 'check-config', 'prometheus/alertmanager.yml'),
    ];
  }

  /** @param only a pattern of the names of tests; default: all */
  testRules(only?: string): Verdict {
    return this.#run('promtool', 'test', 'rules', ...(only === undefined ? [] : [`--run=${only}`]), TESTS_PATH);
  }

  /** @param document a test file of promtool, with these rules in place of its own */
  testRulesWith(document: object): Verdict {
    const path = 'prometheus/tests/other.test.yml';
    this.#write(path, JSON.stringify({ rule_files: ['../rules/telemetry-dashboard.yml'], ...document })); // JSON is YAML
    return this.#run('promtool', 'test', 'rules', path);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  #run(program: string, ...args: string[]): Verdict {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: this.folder, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }
}
