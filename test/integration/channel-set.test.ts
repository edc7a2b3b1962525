import type { Alert } from '../../src/alerts/alert.ts';
import { ChannelSet } from '../../src/alerts/channel-set.ts';
import { TelemetryConfigError } from '../../src/base/errors.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { TelemetryConfig } from '../../src/config/schema.ts';
import { alertOf, contextOf, noticeOf } from '../support/alert-samples.ts';
import { freePort } from '../support/free-port.ts';
import { HttpSink } from '../support/http-sink.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { SmtpSink, smtpError } from '../support/smtp-sink.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

type Channels = NonNullable<NonNullable<TelemetryConfig['alerts']>['channels']>;
type Email = NonNullable<Channels['email']>;

const emailTo = (port: number, more: Partial<Email> = {}): Email => ({
  host: '127.0.0.1',
  port,
  require_tls: false,
  from: 'a@example.com',
  to: ['b@example.com'],
  group_wait_ms: 0,
  ...more,
});

function startChannels() {
  const { context, log, lost } = contextOf();
  const state: { alerts: Alert[] } = { alerts: [] };
  const set = new ChannelSet(() => state.alerts, context);
  closeLater(() => set.close(0));
  const configure = (channels: Channels): void => {
    const sections = resolveConfig('test', { alerts: { channels: { log: { enabled: false }, ...channels } } }).alerts
      .channels;
    set.configure(sections, () => state.alerts.map(({ name }) => noticeOf(name)));
  };
  /** An alert begins to fire. */
  const fire = (name: string): void => {
    state.alerts = [...state.alerts, alertOf(name, { startsAtMs: Date.now(), sinceMs: Date.now() })];
    set.tell([noticeOf(name)], true);
  };
  return { set, configure, fire, log, lost };
}

const subjects = ({ mails }: SmtpSink): (string | undefined)[] => mails.map(({ subject }) => subject);
const namesIn = ({ requests }: HttpSink): string[] =>
  requests.map(({ body }) => (JSON.parse(body) as Alert[]).map(({ labels }) => labels['alertname']).join());

describe('ChannelSet', () => {
  it('hands what waits for a mail to the channel with the mended settings', async () => {
    const { configure, fire, log, lost } = startChannels();
    configure({ email: emailTo(await freePort()) });
    fire('high_latency');
    await waitFor('the first try to fail', () => log.lines.length > 0);
    const sink = await SmtpSink.start();
    configure({ email: emailTo(sink.port) });
    expect((await sink.mail(1)).subject).toContain('high_latency');
    expect([lost, subjects(sink)]).toEqual([[], [expect.stringContaining('[FIRING:1] high_latency')]]);
  });

  it('waits for a mail that is on its way, and sends it once', async () => {
    const waiting: (() => void)[] = [];
    const slow = await SmtpSink.start({ onMailFrom: (_, __, callback) => waiting.push(() => callback()) });
    const { configure, fire, lost } = startChannels();
    configure({ email: emailTo(slow.port) });
    fire('high_latency');
    await waitFor('the mail to be on its way', () => waiting.length === 1);
    configure({ email: emailTo(slow.port, { max_per_hour: 7 }) });
    waiting[0]?.();
    await slow.mail(1);
    fire('other');
    await waitFor('the second mail', () => waiting.length === 2);
    waiting[1]?.();
    expect((await slow.mail(2)).subject).toContain('other');
    expect([slow.mails.length, lost]).toEqual([2, []]);
  });

  it('leaves a mail that is on its way to the channel that began it', async () => {
    const waiting: (() => void)[] = [];
    const slow = await SmtpSink.start({ onMailFrom: (_, __, callback) => waiting.push(() => callback()) });
    const other = await SmtpSink.start();
    const { configure, fire, lost } = startChannels();
    configure({ email: emailTo(slow.port) });
    fire('high_latency');
    await waitFor('the mail to be on its way', () => waiting.length === 1);
    configure({ email: emailTo(other.port) });
    fire('other');
    expect((await other.mail(1)).subject).toBe('[FIRING:1] other (chat)');
    waiting[0]?.();
    expect((await slow.mail(1)).subject).toBe('[FIRING:1] high_latency (chat)');
    expect([other.mails.length, lost]).toEqual([1, []]);
  });

  it('sends by the new settings, at once, what fails by the old ones after the change', async () => {
    const waiting: (() => void)[] = [];
    const failing = await SmtpSink.start({
      onMailFrom: (_, __, callback) => waiting.push(() => callback(smtpError(451, 'not now'))),
    });
    const other = await SmtpSink.start();
    const { configure, fire, log, lost } = startChannels();
    configure({ email: emailTo(failing.port) });
    fire('high_latency');
    await waitFor('the mail to be on its way', () => waiting.length === 1);
    configure({ email: emailTo(other.port) });
    waiting[0]?.();
    expect((await other.mail(1)).subject).toBe('[FIRING:1] high_latency (chat)');
    expect([log.lines, lost]).toEqual([[], []]);
  });

  it('waits at the end for a mail on its way by the old settings, but no longer than it may', async () => {
    const waiting: (() => void)[] = [];
    const slow = await SmtpSink.start({ onMailFrom: (_, __, callback) => waiting.push(() => callback()) });
    const other = await SmtpSink.start();
    for (const [number, isReleased] of [true, false].entries()) {
      const { set, configure, fire, lost } = startChannels();
      configure({ email: emailTo(slow.port) });
      fire('high_latency');
      await waitFor('the mail to be on its way', () => waiting.length === number + 1);
      configure({ email: emailTo(other.port) });
      const closed = set.close(isReleased ? 5000 : 100);
      if (isReleased) waiting[number]?.();
      await closed;
      expect(lost).toEqual(isReleased ? [] : ['email 1']);
    }
    expect([slow.mails.length, other.mails.length]).toEqual([1, 0]);
  });

  it('keeps the limit of mails an hour over a change of the section', async () => {
    const sink = await SmtpSink.start();
    const { set, configure, fire, lost } = startChannels();
    configure({ email: emailTo(sink.port, { max_per_hour: 1 }) });
    fire('one');
    await sink.mail(1);
    for (const group_wait_ms of [1, 2, 3]) {
      configure({ email: emailTo(sink.port, { max_per_hour: 1, group_wait_ms }) });
      fire(`after ${group_wait_ms}`);
    }
    await set.close(1000);
    // the end sends what waits, whatever holds it back
    expect([sink.mails.length, lost]).toEqual([2, []]);
  });

  it('tells a channel that is new what fires already', async () => {
    const sink = await SmtpSink.start();
    const { configure, fire, log } = startChannels();
    configure({});
    fire('high_latency');
    configure({ log: { enabled: true }, email: emailTo(sink.port) });
    expect((await sink.mail(1)).subject).toContain('high_latency');
    expect(log.lines).toEqual([expect.stringMatching(/^warn alert high_latency .* is firing/)]);
  });

  it('counts what waits as lost where mails are switched off', async () => {
    const { configure, fire, log, lost } = startChannels();
    configure({ email: emailTo(await freePort()) });
    fire('high_latency');
    await waitFor('the first try to fail', () => log.lines.length > 0);
    configure({});
    await waitFor('the loss to be counted', () => lost.length > 0);
    expect(lost).toEqual(['email 1']);
  });

  it('tells the right Alertmanager once its address is mended, and the wrong one no more, and counts nothing as lost', async () => {
    const wrong = await HttpSink.start((response) => {
      response.statusCode = 500;
      response.end();
    });
    const right = await HttpSink.start();
    const { set, configure, fire, lost } = startChannels();
    configure({ alertmanager: { urls: [wrong.url], resend_interval_ms: 100 } });
    fire('high_latency');
    await wrong.request(1);
    configure({ alertmanager: { urls: [right.url], resend_interval_ms: 100 } });
    await right.request(2);
    const { length } = wrong.requests;
    await right.request(5);
    expect(wrong.requests.length).toBe(length);
    await set.close(1000);
    expect([lost, new Set(namesIn(right))]).toEqual([[], new Set(['high_latency'])]);
  });

  it('asks nothing of Alertmanager while nothing changes', async () => {
    const server = await HttpSink.start();
    const { set, configure, fire } = startChannels();
    configure({ alertmanager: { urls: [server.url] } });
    fire('high_latency');
    await server.request(1);
    for (let evaluation = 0; evaluation < 50; evaluation++) {
      set.tell([], false);
      await new Promise(setImmediate);
    }
    expect(server.requests).toHaveLength(1);
  });

  it('leaves all as it was where one cannot be made', async () => {
    const sink = await SmtpSink.start();
    const { configure, fire } = startChannels();
    configure({ email: emailTo(sink.port) });
    const broken = { urls: ['https://127.0.0.1:1'], tls: { ca_file: '/nowhere/ca.pem' } };
    expect(() => configure({ email: emailTo(1), alertmanager: broken })).toThrow(TelemetryConfigError);
    fire('high_latency');
    expect((await sink.mail(1)).subject).toContain('high_latency');
  });
});
