import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { Outage } from '../../../../src/base/outage.ts';
import { PushExporter } from '../../../../src/otel/otlp/push-exporter.ts';
import type { PushFailure, Sender } from '../../../../src/otel/otlp/sender.ts';
import type { TemporalityPreference } from '../../../../src/otel/otlp/temporality.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { LogLines } from '../../../support/log-lines.ts';

const METRICS = {} as unknown as ResourceMetrics;

const FAILURE: PushFailure = {
  kind: 'HTTP 503',
  reason: 'HTTP 503',
  advice: '',
  isPassing: true,
  mayHaveArrived: false,
};

/** Fails as it is told, first come first, and then takes everything. */
class FakeSender implements Sender {
  readonly failures: PushFailure[] = [];
  readonly limits: number[] = [];
  sent = 0;

  send(): Promise<PushFailure | undefined> {
    this.sent += 1;
    return Promise.resolve(this.failures.shift());
  }

  limit(timeoutMs: number): void {
    this.limits.push(timeoutMs);
  }

  close(): void {
    // nothing is open
  }
}

function exporterWith({
  temporality = 'cumulative',
  timeoutMs = 3000,
  mayPush = () => true,
}: { temporality?: TemporalityPreference; timeoutMs?: number; mayPush?: () => boolean } = {}) {
  const [sender, clock, log] = [new FakeSender(), new FakeClock(), new LogLines()];
  const outage = new Outage(log, 'push');
  const prospect = 'the next push tells all';
  const exporter = new PushExporter({ sender, temporality, timeoutMs, outage, prospect, clock, mayPush });
  const push = async (): Promise<void> => {
    exporter.export(METRICS, () => undefined);
    await exporter.forceFlush();
  };
  return { exporter, sender, clock, log, push };
}

describe('PushExporter', () => {
  it.each<[TemporalityPreference, boolean, number]>([
    ['cumulative', true, 2],
    ['cumulative', false, 2],
    ['delta', true, 1],
    ['delta', false, 2],
    ['lowmemory', true, 1],
    ['lowmemory', false, 2],
  ])('tries %s again unless it would be added twice: arrived %s', async (temporality, mayHaveArrived, sent) => {
    const { sender, push } = exporterWith({ temporality });
    sender.failures.push({ ...FAILURE, mayHaveArrived });
    await push();
    expect(sender.sent).toBe(sent);
  });

  it('leaves a receiver alone for as long as it wants', async () => {
    const { sender, clock, log, push } = exporterWith();
    sender.failures.push({ ...FAILURE, retryAfterMs: 10_000 });
    await push();
    clock.advance(9999);
    await push();
    expect(sender.sent).toBe(1);
    clock.advance(1);
    await push();
    expect(sender.sent).toBe(2);
    expect(log.lines).toEqual(['warn push: HTTP 503; the next push tells all', 'info push: works again after 10 s']);
  });

  it('asks again after an hour at most', async () => {
    const { sender, clock, push } = exporterWith();
    sender.failures.push({ ...FAILURE, retryAfterMs: 1e12 });
    await push();
    clock.advance(3_600_000);
    await push();
    expect(sender.sent).toBe(2);
  });

  it('pushes to a receiver that wants to be left alone where somebody waits for it', async () => {
    const { exporter, sender, push } = exporterWith();
    sender.failures.push({ ...FAILURE, retryAfterMs: 10_000 });
    await push();
    const restore = exporter.allow(5000);
    await push();
    restore();
    await push();
    expect(sender.sent).toBe(2);
  });

  it('tries again when the receiver wants it, where there is time', async () => {
    const { sender, push } = exporterWith();
    sender.failures.push({ ...FAILURE, retryAfterMs: 1 });
    await push();
    expect(sender.sent).toBe(2);
  });

  it('says of the last push that its values are lost', async () => {
    const { exporter, sender, log, push } = exporterWith();
    sender.failures.push({ ...FAILURE, isPassing: false });
    exporter.limit(100);
    await push();
    expect(log.lines).toEqual(['warn push: HTTP 503; the last values are lost']);
  });

  it('gives requests the limit of who waits, the latest first, and then its own again', () => {
    const { exporter, sender } = exporterWith({ timeoutMs: 900 });
    const [first, second] = [exporter.allow(4000), exporter.allow(2000)];
    first();
    second();
    expect(sender.limits).toEqual([4000, 2000, 2000, 900]);
  });

  it('counts the time of who waits from when they began to', async () => {
    const { exporter, sender, clock, log, push } = exporterWith();
    sender.failures.push(FAILURE);
    exporter.allow(1000);
    clock.advance(900); // collecting took so long: no time for another try
    await push();
    expect(sender.sent).toBe(1);
    expect(log.lines).toHaveLength(1);
  });

  it('sends nothing while somebody else pushes these figures', async () => {
    let mayPush = false;
    const { sender, push } = exporterWith({ mayPush: () => mayPush });
    await push();
    expect(sender.sent).toBe(0);
    mayPush = true;
    await push();
    expect(sender.sent).toBe(1);
  });
});
