import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TelemetryConfigError } from '../../src/base/errors.ts';
import { readConfigFile } from '../../src/config/file.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { ResolvedConfig, TelemetryConfig } from '../../src/config/schema.ts';
import { fileState } from '../../src/config/watch.ts';
import { Reload } from '../../src/reload.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { LogLines } from '../support/log-lines.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

/** A file that is followed, what was applied of it, and what was logged. */
class Followed {
  readonly log = new LogLines();
  readonly applied: ResolvedConfig[] = [];
  refuse = false;
  readonly #folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-reload-'));
  readonly path = join(this.#folder, 'monitoring.json');

  constructor(document: TelemetryConfig = {}) {
    this.write(JSON.stringify(document));
    const reload = new Reload({
      path: this.path,
      seen: fileState(this.path),
      intervalMs: 2,
      config: this.#read(),
      read: () => this.#read(),
      apply: (config) => {
        if (this.refuse) throw new TelemetryConfigError('here', [{ path: 'alerts', value: 'x', expected: 'another' }]);
        this.applied.push(config);
      },
      logger: this.log,
    });
    closeLater(() => {
      reload.close();
      rmSync(this.#folder, { recursive: true });
    });
  }

  write(text: string): void {
    // as editors and config maps do: never half a file
    writeFileSync(`${this.path}.new`, text);
    renameSync(`${this.path}.new`, this.path);
  }

  remove(): void {
    rmSync(this.path);
  }

  /** Waits for the log line that comes after those already there. */
  async nextLine(): Promise<string> {
    const seen = this.log.lines.length;
    return waitFor('a log line', () => this.log.lines[seen]);
  }

  #read(): ResolvedConfig {
    return resolveConfig('the file', readConfigFile(this.path)?.document);
  }
}

/** Of a file that is being followed: the first look at it must be over. */
async function follow(document?: TelemetryConfig): Promise<Followed> {
  const followed = new Followed(document);
  followed.write('{"logging":{"level":"error"}}');
  const line = followed.nextLine();
  const timer = setInterval(() => {
    followed.write('{"logging":{"level":"error"}}');
  }, 20);
  await line;
  clearInterval(timer);
  return followed;
}

describe('Reload', () => {
  it('applies what takes effect at once, and says so', async () => {
    const followed = await follow();
    const line = followed.nextLine();
    followed.write('{"logging":{"level":"error"},"alerts":{"latency_threshold_ms":500}}');
    expect(await line).toBe(
      `info ${followed.path} has changed; in effect now: alerts.thresholds.critical_latency_ms, alerts.thresholds.high_latency_ms`,
    );
    expect(followed.applied.at(-1)?.alerts.thresholds.high_latency_ms).toBe(500);
  });

  it('says what needs a restart, once, and not where it is again as it was', async () => {
    const followed = await follow();
    const applied = followed.applied.length;
    let line = followed.nextLine();
    followed.write('{"logging":{"level":"error"},"prometheus":{"port":1}}');
    expect(await line).toBe(`warn ${followed.path} has changed; in effect after a restart: prometheus.port`);
    line = followed.nextLine();
    followed.write('{"logging":{"level":"error"},"service_name":"x"}');
    expect(await line).toBe(`warn ${followed.path} has changed; in effect after a restart: service_name`);
    expect(followed.applied).toHaveLength(applied);
  });

  it('changes nothing for a broken, missing or refused file, lists every problem, and goes on with the next right one', async () => {
    const followed = await follow();
    const applied = followed.applied.length;
    let line = followed.nextLine();
    followed.write('{"logging":{"level":"inof"},"prometheus":{"port":-1}}');
    expect(await line).toMatch(
      /^error .* is wrong, the settings stay as they were: prometheus\.port: -1, .*; logging\.level: "inof"/,
    );
    line = followed.nextLine();
    followed.remove();
    expect(await line).toMatch(/no such file/);
    followed.refuse = true;
    line = followed.nextLine();
    followed.write('{"logging":{"level":"error"},"sampling_interval_ms":20}');
    expect(await line).toMatch(/alerts: x, expected another/);
    expect(followed.applied).toHaveLength(applied);
    followed.refuse = false;
    line = followed.nextLine();
    followed.write('{"logging":{"level":"error"},"sampling_interval_ms":30}');
    expect(await line).toMatch(/in effect now: sampling_interval_ms/);
    expect(followed.applied.at(-1)?.sampling_interval_ms).toBe(30);
  });

  it('says one problem once, and when it is over', async () => {
    const followed = await follow();
    let line = followed.nextLine();
    followed.write('{');
    await line;
    line = followed.nextLine();
    followed.write('{ ');
    followed.write('{"logging":{"level":"error"}}');
    const next = await line;
    expect(next).toBe(`info ${followed.path} is right again; it changes nothing`);
  });
});
