import fc from 'fast-check';
import { AlertEngine } from '../../../src/alerts/engine.ts';
import { NoticeBook } from '../../../src/alerts/notices.ts';
import type { AlertSeverity } from '../../../src/catalog/self.ts';
import type { AlertRule } from '../../../src/alerts/rule.ts';
import { aRule } from '../../support/alert-rule.ts';
import { RUNBOOK } from '../../support/alerting.ts';
import { createOnceLogger } from '../../../src/base/logger.ts';
import { realtimeMetrics } from '../../../src/catalog/realtime.ts';
import { Recorder } from '../../../src/recording/recorder.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { LogLines } from '../../support/log-lines.ts';

/** How one severity of the pair is configured; null: not at all. */
interface Setting {
  readonly threshold: number;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly hysteresisRatio: number;
}

type Settings = Readonly<Record<AlertSeverity, Setting | null>>;

interface Step {
  readonly gapMs: number;
  /** Of each series. */
  readonly values: readonly [number | null, number | null];
  /** Reconfigured before this evaluation. */
  readonly settings: Settings | undefined;
}

const SERIES = ['a', 'b'] as const;
const SEVERITIES = ['warning', 'critical'] as const;

function rulesFrom(settings: Settings): AlertRule[] {
  return SEVERITIES.flatMap((severity) => {
    const setting = settings[severity];
    return setting ? [aRule({ name: severity, rule: 'pair', severity, ...setting })] : [];
  });
}

/** One alert as a plain list of notes: what is written down when, without phases. */
class PlainAlert {
  waitingSince: number | null = null;
  firing = false;
  calmSince: number | null = null;
  endedAt: number | null = null;
  /** Of this firing. */
  told = false;

  evaluate(nowMs: number, value: number | null, setting: Setting | null): void {
    const over = setting !== null && value !== null && value > setting.threshold;
    const near =
      over || (setting !== null && value !== null && value > setting.threshold * (1 - setting.hysteresisRatio));
    if (this.endedAt !== null && (over || nowMs - this.endedAt > 300_000)) this.endedAt = null;
    if (this.firing) {
      this.calmSince = near ? null : (this.calmSince ?? nowMs);
      const patienceMs = setting?.keepFiringForMs ?? 0;
      if (this.calmSince === null || nowMs < this.calmSince + patienceMs) return;
      this.firing = false;
      this.calmSince = this.waitingSince = null;
      this.endedAt = nowMs;
      return;
    }
    this.waitingSince = over ? (this.waitingSince ?? nowMs) : null;
    if (this.waitingSince !== null && nowMs >= this.waitingSince + (setting?.forMs ?? 0)) this.firing = true;
  }

  get state(): string | null {
    if (this.firing) return 'firing';
    if (this.waitingSince !== null) return 'pending';
    return this.endedAt === null ? null : 'resolved';
  }
}

/** Nothing but the queues, since thousands of these are made. */
function startQueues() {
  const clock = new FakeClock();
  const limits = { attributeValues: 100, series: 1900 };
  const recorder = new Recorder({ clock, logger: createOnceLogger(new LogLines()), limits, windowMs: 60_000 });
  return { clock, recorder, queues: recorder.gauge(realtimeMetrics().queueSize) };
}

const numbers: fc.Arbitrary<number> = fc.constantFrom(0, 80, 91, 95, 100, 101, 150, 181, 195, 201, 500);
const setting: fc.Arbitrary<Setting> = fc.record({
  threshold: fc.constantFrom(100, 200),
  forMs: fc.constantFrom(0, 1000, 3000, 10_000),
  keepFiringForMs: fc.constantFrom(0, 1000, 5000),
  hysteresisRatio: fc.constantFrom(0, 0.1),
});
const settings: fc.Arbitrary<Settings> = fc.record({
  warning: fc.option(setting, { freq: 6 }),
  critical: fc.option(setting, { freq: 6 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    gapMs: fc.constantFrom(1, 1000, 1000, 2000, 10_000, 150_000, 300_000),
    values: fc.tuple(fc.option(numbers, { freq: 8, nil: null }), fc.option(numbers, { freq: 8, nil: null })),
    settings: fc.option(settings, { freq: 1, nil: undefined }),
  }),
  { minLength: 1, maxLength: 30 },
);

describe('AlertEngine and NoticeBook over generated histories', () => {
  it('agree with a plain model, through values that come and go and rules that change', () => {
    let fired = 0;
    fc.assert(
      fc.property(settings, steps, (first, history) => {
        const { recorder, queues, clock } = startQueues();
        const engine = new AlertEngine(recorder, { job: 'chat', instance: 'host-1' });
        const book = new NoticeBook();
        engine.configure(rulesFrom(first), RUNBOOK);
        const plain: ReadonlyMap<string, PlainAlert> = new Map(
          SERIES.flatMap((series) =>
            SEVERITIES.map((severity) => [`${severity} ${series}`, new PlainAlert()] as const),
          ),
        );
        let configured = first;
        const found: string[][] = [];
        const modelled: string[][] = [];
        for (const { gapMs, values, settings: changed } of history) {
          clock.advance(gapMs);
          SERIES.forEach((series, index) => {
            queues.at([series]).set(values[index] ?? null);
          });
          if (changed) {
            configured = changed;
            engine.configure(rulesFrom(changed), RUNBOOK);
          }
          const firingBefore = [...plain.values()].map(({ firing }) => firing);
          engine.evaluate();
          const expected: string[] = [];
          SERIES.forEach((series, index) => {
            for (const severity of SEVERITIES) {
              plain
                .get(`${severity} ${series}`)
                ?.evaluate(clock.monotonicMs(), values[index] ?? null, configured[severity]);
            }
          });
          for (const [id, alert] of plain) {
            const heldBack = id.startsWith('warning') && plain.get(id.replace('warning', 'critical'))?.firing === true;
            // of what is calm already nobody is told for the first time
            if (alert.firing && !alert.told && !heldBack && alert.calmSince === null) {
              alert.told = true;
              expected.push(`${id} firing`);
            } else if (!alert.firing && alert.told) {
              alert.told = false;
              expected.push(`${id} resolved`);
            }
          }
          const idOf = (alert: { severity: string; labels: Readonly<Record<string, string>> }): string =>
            `${alert.severity} ${alert.labels['queue']}`;
          const alerts = engine.alerts;
          found.push(alerts.map((alert) => `${idOf(alert)} ${alert.state}`).sort());
          modelled.push([...plain].flatMap(([id, { state }]) => (state === null ? [] : [`${id} ${state}`])).sort());
          const notices = book.update(alerts, clock.monotonicMs(), 1e12);
          found.push(notices.map((notice) => `told ${idOf(notice)} ${notice.state}`).sort());
          modelled.push(expected.map((notice) => `told ${notice}`).sort());
          fired += [...plain.values()].filter(({ firing }, index) => firing && !firingBefore[index]).length;
        }
        expect(found).toEqual(modelled);
      }),
      { seed: 314_159, numRuns: 2000 },
    );
    // or else nothing was tested
    expect(fired).toBeGreaterThan(1000);
  });

  it('never flap while a value moves within the hysteresis band', () => {
    const inBand = fc.array(fc.double({ min: 90.001, max: 99.999, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(inBand, fc.boolean(), (values, fires) => {
        const { recorder, queues, clock } = startQueues();
        const engine = new AlertEngine(recorder, { job: 'chat', instance: 'host-1' });
        engine.configure([aRule({ hysteresisRatio: 0.1 })], RUNBOOK);
        const evaluate = (value: number): boolean => {
          queues.at(['jobs']).set(value);
          clock.advance(1000);
          return engine.evaluate();
        };
        evaluate(fires ? 101 : 0);
        expect(values.map(evaluate)).toEqual(values.map(() => false));
        expect(engine.alerts.map(({ state }) => state)).toEqual(fires ? ['firing'] : []);
      }),
      { seed: 2718, numRuns: 500 },
    );
  });
});
