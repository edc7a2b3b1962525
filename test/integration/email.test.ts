import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import type { Socket } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { EmailChannel } from '../../src/alerts/channels/email.ts';
import type { EmailSection } from '../../src/alerts/channels/email/email-section.ts';
import { loadNodemailer } from '../../src/alerts/channels/email/nodemailer.ts';
import { TelemetryConfigError } from '../../src/base/errors.ts';
import { cert } from '../conformance/harness/certificate.cjs';
import { contextOf, noticeOf } from '../support/alert-samples.ts';
import { FakeAlarms } from '../support/fake-alarms.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { SmtpSink, smtpError, startRawServer } from '../support/smtp-sink.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const PASSWORD = 'hunter2-geheim';

function sectionOf(port: number, more: Partial<EmailSection> = {}): EmailSection {
  return {
    enabled: true,
    host: '127.0.0.1',
    port,
    secure: false,
    require_tls: false,
    from: 'Telemetry <telemetry@example.com>',
    to: ['ops@example.com', 'Second <second@example.com>'],
    group_wait_ms: 10_000,
    max_per_hour: 20,
    timeout_ms: 2000,
    tls: { insecure_skip_verify: false },
    ...more,
  };
}

/** A channel on a clock of its own. */
function channelTo(port: number, more: Partial<EmailSection> = {}) {
  const alarms = new FakeAlarms();
  const { context, log, lost } = contextOf({ alarms });
  const channel = new EmailChannel(sectionOf(port, more), context);
  closeLater(() => channel.close(0));
  return {
    alarms,
    log,
    lost,
    channel,
    /** Rings what is set next. */
    next: () => alarms.advance(alarms.nextInMs ?? 0),
    /** Waits until the next try is planned: the one under way has failed. */
    settled: () => waitFor('the next try to be planned', () => alarms.nextInMs !== undefined),
  };
}

/** A file with the certificate of the servers in the tests. */
function caFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-smtp-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, cert);
  return file;
}

const AUTH: SMTPServerOptions = {
  authMethods: ['PLAIN', 'LOGIN'],
  allowInsecureAuth: true,
  authOptional: false,
  onAuth: ({ username, password }, _, callback) => {
    if (username === 'ops' && password === PASSWORD) callback(null, { user: 'ops' });
    else callback(smtpError(535, `5.7.8 Bad credentials ${password ?? ''}`));
  },
};

describe('EmailChannel', () => {
  it('sends one mail of what comes within the wait, as text and HTML, to all recipients', async () => {
    const sink = await SmtpSink.start();
    const { channel, alarms } = channelTo(sink.port);
    channel.notify([noticeOf('high_latency'), noticeOf('flash')]);
    alarms.advance(5000);
    channel.notify([noticeOf('flash', { state: 'resolved' })]);
    channel.notify([]);
    alarms.advance(5000);
    const mail = await sink.mail(1);
    expect(mail.subject).toBe('[FIRING:1] high_latency (chat)');
    expect(mail.from?.text).toBe('"Telemetry" <telemetry@example.com>');
    expect(mail.recipients).toEqual(['ops@example.com', 'second@example.com']);
    expect(mail.text).toMatch(/^1 alert is firing, 1 is resolved\n\nFIRING\n\nhigh_latency [^]*\nRESOLVED\n\nflash /);
    expect(mail.html).toContain('1 alert is firing, 1 is resolved');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.messageId).toMatch(/^<.+@.+>$/);
    expect([mail.isSecure, sink.mails.length]).toEqual([false, 1]);
  });

  it('threads what follows to the mail that first told of the alert', async () => {
    const sink = await SmtpSink.start();
    const { channel, next, settled } = channelTo(sink.port);
    const ids: (string | undefined)[] = [];
    for (const [index, more] of [{}, { repeated: true }, { state: 'resolved' as const }, {}].entries()) {
      channel.notify([noticeOf('a', more)]);
      await settled();
      next();
      const mail = await sink.mail(index + 1);
      ids.push(mail.messageId);
      expect(mail.inReplyTo).toBe(index === 1 || index === 2 ? ids[0] : undefined);
      await waitFor('the mail to be settled', () => sink.mails.length === index + 1);
    }
  });

  it('lets no label add a header or a recipient', async () => {
    const sink = await SmtpSink.start();
    const { channel, next } = channelTo(sink.port);
    const labels = { job: 'chat\r\nBcc: eve@example.com\r\nX-Evil: 1\r\n\r\nbody' };
    channel.notify([noticeOf('a', { labels })]);
    next();
    const mail = await sink.mail(1);
    expect(mail.subject).toBe('[FIRING:1] a (chat Bcc: eve@example.com X-Evil: 1 body)');
    expect(mail.headers.has('x-evil')).toBe(false);
    expect(mail.recipients).toEqual(['ops@example.com', 'second@example.com']);
  });

  it('lets so many mails leave in an hour, and sends the rest together after it', async () => {
    const sink = await SmtpSink.start();
    const { channel, alarms, next, settled, lost } = channelTo(sink.port, { max_per_hour: 2, group_wait_ms: 0 });
    for (const name of ['a', 'b']) {
      channel.notify([noticeOf(name)]);
      await settled();
      next();
      await sink.mail(name === 'a' ? 1 : 2);
      // the next one is planned once this one is settled
      channel.notify([noticeOf(`${name}2`)]);
      await settled();
      if (name === 'a') continue;
    }
    expect(alarms.nextInMs).toBe(3_600_000);
    channel.notify([noticeOf('c')]);
    alarms.advance(3_599_999);
    expect(sink.connections).toBe(2);
    alarms.advance(1);
    expect((await sink.mail(3)).subject).toBe('[FIRING:2] b2, c (chat)');
    expect(lost).toEqual([]);
  });

  describe('whose server asks for a password', () => {
    it('says it', async () => {
      const sink = await SmtpSink.start(AUTH);
      const { channel, next } = channelTo(sink.port, { username: 'ops', password: PASSWORD });
      channel.notify([noticeOf('a')]);
      next();
      expect((await sink.mail(1)).user).toBe('ops');
    });

    it('logs a wrong one once, without it, and tries again every 10 minutes', async () => {
      const sink = await SmtpSink.start(AUTH);
      const wrong = `${PASSWORD}x`;
      const { channel, next, settled, alarms, log, lost } = channelTo(sink.port, { username: 'ops', password: wrong });
      channel.notify([noticeOf('a')]);
      for (let tries = 0; tries < 7; tries += 1) {
        next();
        if (tries === 6) break;
        await settled();
        expect(alarms.nextInMs).toBe(600_000);
      }
      await waitFor('it to be given up', () => lost.length === 1);
      expect(lost).toEqual(['email 1']);
      expect(log.lines).toEqual([
        expect.stringMatching(
          /^warn alerts by e-mail \(127\.0\.0\.1:\d+\): .*535 5\.7\.8 Bad credentials \*\*\*; check alerts\.channels\.email\.username and password/,
        ),
        expect.stringMatching(/no mail got out for an hour; 1 given up/),
      ]);
      expect(log.lines.join()).not.toContain(PASSWORD);
    });
  });

  describe('whose server has TLS', () => {
    const STARTTLS = { disabledCommands: [] };

    it('begins it before the greeting where `secure` is set', async () => {
      const sink = await SmtpSink.start({ secure: true, ...AUTH });
      const tls = { insecure_skip_verify: false, ca_file: caFile() };
      const { channel, next } = channelTo(sink.port, { secure: true, tls, username: 'ops', password: PASSWORD });
      channel.notify([noticeOf('a')]);
      next();
      expect(await sink.mail(1)).toMatchObject({ isSecure: true, user: 'ops' });
    });

    it('takes it where the server offers it, and insists on it with `require_tls`', async () => {
      const sink = await SmtpSink.start(STARTTLS);
      for (const require_tls of [false, true]) {
        const tls = { insecure_skip_verify: false, ca_file: caFile(), server_name: 'localhost' };
        const { channel, next } = channelTo(sink.port, { require_tls, tls });
        channel.notify([noticeOf('a')]);
        next();
        expect((await sink.mail(require_tls ? 2 : 1)).isSecure).toBe(true);
      }
    });

    it('sends nothing without it where it is required', async () => {
      const sink = await SmtpSink.start();
      const { channel, next, settled, log } = channelTo(sink.port, { require_tls: true });
      channel.notify([noticeOf('a')]);
      next();
      await settled();
      expect(log.lines).toEqual([
        expect.stringMatching(/STARTTLS.*check alerts\.channels\.email\.secure, require_tls/),
      ]);
      expect(sink.mails).toEqual([]);
    });

    it.each([
      ['before the greeting', { secure: true }, { secure: true }],
      ['by STARTTLS', STARTTLS, {}],
    ])('trusts no certificate that it does not know, %s, unless told to', async (_, server, section) => {
      const sink = await SmtpSink.start(server);
      const strict = channelTo(sink.port, section);
      strict.channel.notify([noticeOf('a')]);
      strict.next();
      await strict.settled();
      expect(strict.log.lines).toEqual([expect.stringMatching(/self-signed certificate; check .*tls/)]);
      expect(sink.mails).toEqual([]);
      const blind = channelTo(sink.port, { ...section, tls: { insecure_skip_verify: true } });
      blind.channel.notify([noticeOf('a')]);
      blind.next();
      expect((await sink.mail(1)).isSecure).toBe(true);
    });
  });

  it('goes on trying while the server is down, tells of that once, and delivers what waited when it is back', async () => {
    const sink = await SmtpSink.start();
    await sink.down();
    const { channel, next, settled, alarms, log, lost } = channelTo(sink.port);
    channel.notify([noticeOf('a')]);
    const waits: (number | undefined)[] = [];
    for (let tries = 0; tries < 4; tries += 1) {
      next();
      await settled();
      waits.push(alarms.nextInMs);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
    channel.notify([noticeOf('b'), noticeOf('a', { state: 'resolved' })]);
    await sink.up();
    alarms.advance(12_000);
    expect((await sink.mail(1)).text).toMatch(/^1 alert is firing, 1 is resolved/);
    await waitFor('the end of the outage', () => log.lines.length === 2);
    const who = `alerts by e-mail (127.0.0.1:${sink.port})`;
    expect(log.lines[0]).toMatch(/ECONNREFUSED.*check alerts\.channels\.email\.host and port$/);
    expect(log.lines[1]).toMatch(/^info .*: works again after \d+ s$/);
    expect(log.lines.every((line) => line.includes(who))).toBe(true);
    expect(lost).toEqual([]);
  });

  it.each([
    ['greets nobody', () => undefined, /no greeting within 150 ms/],
    ['hangs up at once', (socket: Socket) => socket.end(), /closed before a greeting/],
    [
      'greets and resets the connection',
      (socket: Socket) => socket.write('220 hello\r\n', () => socket.resetAndDestroy()),
      /ECONNRESET|closed/i,
    ],
    ['speaks another language', (socket: Socket) => socket.end('HTTP/1.1 400\r\n\r\n'), /greeting/i],
    ['greets and then says nothing', (socket: Socket) => socket.write('220 hello\r\n'), /too slow/],
  ])('takes a server that %s for one that is down', async (_, onConnection, reason) => {
    const { channel, next, settled, alarms, log } = channelTo(await startRawServer(onConnection), { timeout_ms: 150 });
    channel.notify([noticeOf('a')]);
    next();
    await settled();
    expect(alarms.nextInMs).toBe(1000);
    expect(log.lines).toEqual([expect.stringMatching(reason)]);
  });

  it('gives up a mail that the server refuses for itself, says so, and sends the next', async () => {
    let isBad = true;
    const sink = await SmtpSink.start({
      onData: (stream, _, callback) => {
        stream.resume().on('end', () => {
          callback(isBad ? smtpError(554, '5.6.0 id=1 refused') : null);
          isBad = false;
        });
      },
    });
    const { channel, next, settled, log, lost } = channelTo(sink.port);
    channel.notify([noticeOf('a'), noticeOf('b')]);
    next();
    await waitFor('it to be given up', () => lost.length === 1);
    expect(lost).toEqual(['email 2']);
    expect(log.lines).toEqual([expect.stringMatching(/554 5\.6\.0 id=1 refused; 2 given up$/)]);
    channel.notify([noticeOf('c')]);
    await settled();
    next();
    await waitFor('the next mail', () => log.lines.length === 2);
    expect(log.lines[1]).toMatch(/works again/);
  });

  it.each([
    [
      'the sender',
      { onMailFrom: (_: unknown, __: unknown, done: (error: Error) => void) => done(smtpError(550, 'no sender')) },
    ],
    [
      'all recipients',
      { onRcptTo: (_: unknown, __: unknown, done: (error: Error) => void) => done(smtpError(550, 'no such')) },
    ],
  ])('tries again seldom where the server refuses %s for good', async (_, server) => {
    const sink = await SmtpSink.start(server);
    const { channel, next, settled, alarms, log, lost } = channelTo(sink.port);
    channel.notify([noticeOf('a')]);
    next();
    await settled();
    expect(alarms.nextInMs).toBe(600_000);
    expect([log.lines, lost]).toEqual([
      [expect.stringMatching(/550 no s.*check alerts\.channels\.email\.from and to/)],
      [],
    ]);
  });

  it('tries again soon where the server refuses for now', async () => {
    const sink = await SmtpSink.start({ onRcptTo: (_, __, done) => done(smtpError(451, 'greylisted')) });
    const { channel, next, settled, alarms } = channelTo(sink.port);
    channel.notify([noticeOf('a')]);
    next();
    await settled();
    expect(alarms.nextInMs).toBe(1000);
  });

  it('delivers to the others where one recipient is refused, and names that one', async () => {
    const sink = await SmtpSink.start({
      onRcptTo: ({ address }, _, done) => done(address.startsWith('ops') ? null : smtpError(550, 'no such')),
    });
    const { channel, next, log, lost } = channelTo(sink.port);
    channel.notify([noticeOf('a')]);
    next();
    expect((await sink.mail(1)).recipients).toEqual(['ops@example.com']);
    await waitFor('the warning', () => log.lines.length > 0);
    expect([log.lines, lost]).toEqual([['warn alerts by e-mail: the server refuses mails for second@example.com'], []]);
  });

  it('loses the oldest, counted and told, where more than 1,000 alerts wait', () => {
    const { channel, log, lost } = channelTo(9);
    channel.notify(Array.from({ length: 1003 }, (_, index) => noticeOf(`a${index}`)));
    expect(lost).toEqual(['email 3']);
    expect(log.lines).toEqual([expect.stringMatching(/too many alerts wait for a mail; 3 given up/)]);
  });

  describe('when it is closed', () => {
    it('sends what waits at once, whatever holds it back', async () => {
      const sink = await SmtpSink.start();
      const { channel, lost } = channelTo(sink.port);
      channel.notify([noticeOf('a')]);
      await channel.close(5000);
      expect([sink.mails.length, lost]).toEqual([1, []]);
      channel.notify([noticeOf('b')]);
      await channel.close(5000);
      expect([sink.mails.length, lost]).toEqual([1, []]);
    });

    it('waits for the mail under way, then sends what came after it', async () => {
      const sink = await SmtpSink.start();
      const { channel, next, lost } = channelTo(sink.port);
      channel.notify([noticeOf('a')]);
      next();
      channel.notify([noticeOf('b')]);
      await channel.close(5000);
      expect([sink.mails.map(({ subject }) => subject), lost]).toEqual([
        ['[FIRING:1] a (chat)', '[FIRING:1] b (chat)'],
        [],
      ]);
    });

    it('counts what the server does not take any more', async () => {
      const { channel, lost } = channelTo(await freePort());
      channel.notify([noticeOf('a'), noticeOf('b')]);
      await channel.close(5000);
      expect(lost).toEqual(['email 2']);
    });

    it('does not wait longer than it is told', async () => {
      const port = await startRawServer(() => undefined);
      const { channel, next, lost, log } = channelTo(port, { timeout_ms: 60_000 });
      channel.notify([noticeOf('a')]);
      next();
      await channel.close(100);
      expect(lost).toEqual(['email 1']);
      expect(log.lines).toEqual([expect.stringMatching(/the service ends; 1 given up/)]);
    });
  });

  it('leaves no mail behind that still gets out once it is counted lost', async () => {
    let said = '';
    let hangUp: () => void;
    const hungUp = new Promise<void>((resolve) => (hangUp = resolve));
    const port = await startRawServer((socket) => {
      socket.on('data', (data) => (said += data.toString())).on('close', () => hangUp());
      // greets when it is too late
      setTimeout(() => socket.write('220 hello\r\n'), 300);
    });
    const { channel, next, lost } = channelTo(port, { timeout_ms: 60_000 });
    channel.notify([noticeOf('a')]);
    next();
    await channel.close(100);
    await hungUp;
    expect([said, lost]).toEqual(['', ['email 1']]);
  });

  it('cannot be made with a file of `tls` that is missing', () => {
    const tls = { insecure_skip_verify: false, ca_file: '/nowhere/ca.pem' };
    expect(() => channelTo(25, { tls })).toThrow(
      /alerts\.channels\.email\.tls\.ca_file: no such file, expected a file/,
    );
  });

  it('says how to get nodemailer where there is none', () => {
    const load = (): unknown => loadNodemailer('configs/monitoring.json', [parse(tmpdir()).root]);
    expect(load).toThrow(TelemetryConfigError);
    expect(load).toThrow(
      'alerts.channels.email: nodemailer is not installed, expected the package nodemailer (npm install nodemailer)',
    );
  });
});
