import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cert } from '../conformance/harness/certificate.cjs';
import { AlertingService } from '../support/alerting-service.ts';
import { Alertmanager } from '../support/alertmanager.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { SmtpSink, smtpError } from '../support/smtp-sink.ts';
import { waitFor } from '../support/wait-for.ts';

// A running ws service becomes slow, slower, and well again: who is told what, by every channel, of real servers.

afterEach(closeLeftovers);

const TEST_MS = 120_000;
const STEP_MS = 30_000;
const PASSWORD = 'hunter2-geheim';

/** Who is told of the service. */
interface Told {
  readonly service: AlertingService;
  readonly smtp: SmtpSink;
}

async function startService(alertmanagers: readonly string[]): Promise<Told> {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-smtp-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, cert);
  const smtp = await SmtpSink.start({
    disabledCommands: [],
    authOptional: false,
    onAuth({ username, password }, _, callback) {
      if (username === 'ops' && password === PASSWORD) callback(null, { user: 'ops' });
      else callback(smtpError(535, 'Bad credentials'));
    },
  });
  process.env['SMTP_PASSWORD'] = PASSWORD;
  closeLater(() => delete process.env['SMTP_PASSWORD']);
  const service = await AlertingService.start({
    service_name: 'chat',
    sampling_interval_ms: 50,
    retention: { window_ms: 2000 },
    prometheus: { port: 0 },
    alerts: {
      latency_threshold_ms: 100,
      thresholds: {
        critical_latency_ms: 400,
        error_rate_warning: null,
        memory_warning_percent: null,
        event_loop_delay_warning_ms: null,
      },
      for_ms: 300,
      keep_firing_for_ms: 300,
      channels: {
        log: {},
        email: {
          host: '127.0.0.1',
          port: smtp.port,
          require_tls: true,
          username: 'ops',
          password: '${SMTP_PASSWORD}',
          from: 'Telemetry <telemetry@example.com>',
          to: ['ops@example.com'],
          group_wait_ms: 100,
          tls: { ca_file: caFile },
        },
        alertmanager: { urls: [...alertmanagers], resend_interval_ms: 500 },
      },
    },
  });
  closeLater(() => service.stop());
  return { service, smtp };
}

/** What the process itself heard: `firing high_latency`. */
const heardBy = async (service: AlertingService): Promise<string[]> =>
  (await service.report()).heard.map(({ state, name }) => `${state} ${name}`);

const loggedBy = ({ stderr }: AlertingService): string[] =>
  [...stderr.matchAll(/alert (\S+) \(\w+\) is (firing|resolved)/g)].map(([, name, state]) => `${state} ${name}`);

const toldBy = ({ told }: Alertmanager): string[] =>
  told.map(({ status, labels }) => `${status} ${labels['alertname'] ?? ''}`);

const mailed = ({ mails }: SmtpSink): (string | undefined)[] => mails.map(({ subject }) => subject);

/** Makes the service so slow, and waits until it has said so. */
async function slowTo(service: AlertingService, delayMs: number, heard: string): Promise<void> {
  await service.set({ delayMs });
  await waitFor(heard, async () => (await heardBy(service)).includes(heard), STEP_MS);
}

const WARNING = 'firing high_latency';
const CRITICAL = 'firing critical_latency';
const RESOLVED = ['resolved critical_latency', 'resolved high_latency'];

async function slowDownAndRecover(service: AlertingService, between: () => Promise<void>): Promise<void> {
  await slowTo(service, 200, WARNING);
  await between();
  await slowTo(service, 1000, CRITICAL);
  await slowTo(service, 0, 'resolved high_latency');
}

/** What people were told, in the process, in the log and by mail. */
async function expectPeopleToldOnce({ service, smtp }: Told): Promise<void> {
  const heard = await heardBy(service);
  expect(heard.slice(0, 2)).toEqual([WARNING, CRITICAL]);
  expect(heard.slice(2).sort()).toEqual(RESOLVED);
  expect(loggedBy(service)).toEqual(heard);
  await waitFor('the last mail', () => smtp.mails.some(({ subject }) => subject?.includes('RESOLVED')), STEP_MS);
  // one mail each, and the two ends in one or, where they were a sample apart, in two
  const subjects = mailed(smtp).map((subject) => /^\[(\w+)(?::\d+)?\]/.exec(subject ?? '')?.[1]);
  expect(subjects.slice(0, 2)).toEqual(['FIRING', 'FIRING']);
  expect(new Set(subjects.slice(2))).toEqual(new Set(['RESOLVED']));
  const [first, second] = smtp.mails;
  expect([first?.isSecure, first?.user, first?.text?.includes('high_latency')]).toEqual([true, 'ops', true]);
  expect(second?.text).toContain('critical_latency');
  const ends = smtp.mails.slice(2).map(({ text }) => text ?? '');
  for (const name of ['critical_latency', 'high_latency'])
    expect(ends.filter((text) => text.includes(name))).toHaveLength(1);
  expect(service.stderr).not.toContain(PASSWORD);
}

async function toldAll(server: Alertmanager): Promise<string[]> {
  await waitFor(
    'Alertmanager to tell both ends',
    () => RESOLVED.every((line) => toldBy(server).includes(line)),
    STEP_MS,
  );
  return toldBy(server);
}

test(
  'a service that becomes slow and slower raises a warning and a critical, which resolve: each once per channel, in order',
  async () => {
    const alertmanager = await Alertmanager.start();
    const told = await startService([alertmanager.url]);
    await slowDownAndRecover(told.service, () => Promise.resolve());
    await expectPeopleToldOnce(told);
    const lines = await toldAll(alertmanager);
    expect(lines.slice(0, 2)).toEqual([WARNING, CRITICAL]);
    expect(lines.slice(2).sort()).toEqual(RESOLVED);
  },
  TEST_MS,
);

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'an Alertmanager that ends by %s and starts again in between loses nothing',
  async (signal) => {
    const alertmanager = await Alertmanager.start();
    const told = await startService([alertmanager.url]);
    await slowDownAndRecover(told.service, async () => {
      await waitFor('the warning to be told', () => toldBy(alertmanager).includes(WARNING), STEP_MS);
      await alertmanager.kill(signal);
      await slowTo(told.service, 1000, CRITICAL);
      await alertmanager.up();
      await waitFor('the critical to be told', () => toldBy(alertmanager).includes(CRITICAL), STEP_MS);
    });
    await expectPeopleToldOnce(told);
    const lines = await toldAll(alertmanager);
    // one that is killed forgets whom it has told, and tells again
    if (signal === 'SIGTERM') expect([...lines].sort()).toEqual([CRITICAL, WARNING, ...RESOLVED].sort());
    expect(new Set(lines)).toEqual(new Set([WARNING, CRITICAL, ...RESOLVED]));
    const { metrics } = await told.service.report();
    expect(metrics.alerts.map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  },
  TEST_MS,
);

test(
  'of two Alertmanagers one is down: the other is told all',
  async () => {
    const alertmanager = await Alertmanager.start();
    const told = await startService([`http://127.0.0.1:${await freePort()}`, alertmanager.url]);
    await slowDownAndRecover(told.service, () => Promise.resolve());
    await expectPeopleToldOnce(told);
    const lines = await toldAll(alertmanager);
    expect(lines.slice(0, 2)).toEqual([WARNING, CRITICAL]);
    expect(lines.slice(2).sort()).toEqual(RESOLVED);
    const lost = (await (await fetch(told.service.metricsUrl)).text()).match(
      /^telemetry_alert_notifications_lost.*$/gm,
    );
    expect(lost?.map((line) => line.split(' ').at(-1))).toEqual(['0', '0']);
  },
  TEST_MS,
);
