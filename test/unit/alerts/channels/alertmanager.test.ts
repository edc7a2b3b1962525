import type { Alert } from '../../../../src/alerts/alert.ts';
import { AlertmanagerChannel } from '../../../../src/alerts/channels/alertmanager.ts';
import type { AlertmanagerSection } from '../../../../src/alerts/channels/alertmanager.ts';
import type { PostableAlert } from '../../../../src/alerts/channels/alertmanager/postable.ts';
import { START_MS, alertOf, contextOf } from '../../../support/alert-samples.ts';
import { FakeAlarms } from '../../../support/fake-alarms.ts';
import { freePort } from '../../../support/free-port.ts';
import { HttpSink, answerWith } from '../../../support/http-sink.ts';
import type { Respond, SunkRequest } from '../../../support/http-sink.ts';
import { closeLater, closeLeftovers } from '../../../support/leftovers.ts';
import { waitFor } from '../../../support/wait-for.ts';

afterEach(closeLeftovers);

const RESEND_MS = 30_000;

function sectionOf(urls: readonly string[], more: Partial<AlertmanagerSection> = {}): AlertmanagerSection {
  const tls = { insecure_skip_verify: false };
  return { enabled: true, urls: [...urls], resend_interval_ms: RESEND_MS, timeout_ms: 2000, tls, ...more };
}

/** A channel on a clock of its own, and the alerts it reads. */
function channelTo(urls: readonly string[], more: Partial<AlertmanagerSection> = {}, alerts: Alert[] = []) {
  const alarms = new FakeAlarms();
  const { context, log, lost } = contextOf({ alarms });
  const state = { alerts };
  const channel = new AlertmanagerChannel(sectionOf(urls, more), () => state.alerts, context);
  closeLater(() => channel.close(0));
  return {
    alarms,
    log,
    lost,
    channel,
    /** Makes these the alerts and says so. */
    set: (...now: Alert[]): void => {
      state.alerts = now;
      channel.changed();
    },
    /** Makes these the alerts without a word. */
    leave: (...now: Alert[]): void => {
      state.alerts = now;
    },
    /** Rings what is due now. */
    go: () => alarms.advance(0),
    /** Waits until something is planned again: the request under way has ended. */
    settled: () => waitFor('the next try to be planned', () => alarms.nextInMs !== undefined),
  };
}

const sentBy = ({ body }: SunkRequest): PostableAlert[] => JSON.parse(body) as PostableAlert[];
const namesOf = (request: SunkRequest): (string | undefined)[] =>
  sentBy(request).map(({ labels }) => labels['alertname']);

/** Refuses every batch that holds one of the names, as Alertmanager does. */
function refuse(status: number, ...names: string[]): Respond {
  return (response, request) => {
    const isBad = namesOf(request).some((name) => names.includes(name ?? ''));
    response.writeHead(isBad ? status : 200).end(isBad ? 'no, not\nthis' : '');
  };
}

const resolved = (name: string, sinceMs = START_MS): Alert => alertOf(name, { state: 'resolved', sinceMs });

describe('AlertmanagerChannel', () => {
  it('sends what fires as API v2 takes it, to the path of the URL', async () => {
    const sink = await HttpSink.start();
    const { set, go } = channelTo([`${sink.url}/alertmanager/`]);
    const labels = {
      alertname: 'a',
      severity: 'warning',
      'http.route': '/x',
      '': 'y',
      empty: '',
      'a.b': '2',
      a_b: '1',
    };
    set(alertOf('a', { labels, runbookUrl: '' }));
    go();
    const request = await sink.request(1);
    expect([request.method, request.path]).toEqual(['POST', '/alertmanager/api/v2/alerts']);
    expect(sentBy(request)).toEqual([
      {
        labels: { a_b: '2;1', alertname: 'a', http_route: '/x', severity: 'warning' },
        annotations: { summary: 'Latency is high', description: 'p95 latency is 1.52 s, above 1 s' },
        startsAt: '2026-01-01T00:00:00.000Z',
        endsAt: '2026-01-01T00:02:00.000Z',
      },
    ]);
  });

  it('sends what fires already when it is made', async () => {
    const sink = await HttpSink.start();
    const { go } = channelTo([sink.url], {}, [alertOf('a')]);
    go();
    expect(namesOf(await sink.request(1))).toEqual(['a']);
  });

  it('asks for nothing while there are no alerts, or only pending ones', () => {
    const { set, go, alarms } = channelTo(['http://127.0.0.1:9'], { timeout_ms: 100 });
    set();
    go();
    set(alertOf('a', { state: 'pending' }));
    go();
    expect(alarms.nextInMs).toBeUndefined();
  });

  it('sends firing alerts again after each interval, with an end that moves on', async () => {
    const sink = await HttpSink.start();
    const { set, go, settled, alarms } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    await sink.request(1);
    await settled();
    alarms.advance(RESEND_MS - 1);
    expect(alarms.nextInMs).toBe(1);
    alarms.advance(1);
    const [again] = sentBy(await sink.request(2));
    expect(again?.startsAt).toBe('2026-01-01T00:00:00.000Z');
    expect(again?.endsAt).toBe('2026-01-01T00:02:30.000Z');
  });

  it('sends a resolved alert again for 5 minutes, with its real end, and then no more', async () => {
    const sink = await HttpSink.start();
    const { set, go, settled, alarms, lost } = channelTo([sink.url]);
    set(resolved('a'));
    for (let sent = 1; sent <= 11; sent += 1) {
      if (sent === 1) go();
      else alarms.advance(RESEND_MS);
      const [alert] = sentBy(await sink.request(sent));
      expect(alert?.endsAt).toBe('2026-01-01T00:00:00.000Z');
      await settled();
    }
    alarms.advance(RESEND_MS);
    expect(alarms.nextInMs).toBeUndefined();
    expect([sink.requests.length, lost]).toEqual([11, []]);
  });

  it('never sends a start after its end, whatever the clock did', async () => {
    const sink = await HttpSink.start();
    const { set, go } = channelTo([sink.url]);
    set(
      alertOf('a', { startsAtMs: START_MS + 1e9 }),
      alertOf('b', { state: 'resolved', startsAtMs: START_MS + 5, sinceMs: START_MS }),
      alertOf('c', { startsAtMs: NaN }),
      alertOf('d', { state: 'resolved', sinceMs: START_MS, startsAtMs: -1e20 }),
    );
    go();
    const times = sentBy(await sink.request(1)).map(({ startsAt, endsAt }) => [startsAt, endsAt]);
    expect(times).toEqual([
      ['2026-01-01T00:02:00.000Z', '2026-01-01T00:02:00.000Z'],
      ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
      ['1970-01-01T00:00:00.000Z', '2026-01-01T00:02:00.000Z'],
      ['1970-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ]);
  });

  it('makes one request of changes that come together, and at most 64 alerts a request', async () => {
    const sink = await HttpSink.start();
    const { set, go, settled } = channelTo([sink.url]);
    const alerts = Array.from({ length: 150 }, (_, index) => alertOf(`a${index}`));
    set(...alerts.slice(0, 1));
    set(...alerts);
    go();
    await sink.request(3);
    await settled();
    expect(sink.requests.map((request) => sentBy(request).length)).toEqual([64, 64, 22]);
    expect(sink.requests.flatMap(namesOf)).toEqual(alerts.map(({ name }) => name));
    expect(sink.mostAtOnce).toBe(1);
  });

  it('has one request to a peer at a time, and sends what changed meanwhile right after it', async () => {
    const held: (() => void)[] = [];
    const sink = await HttpSink.start((response) => held.push(() => response.end()));
    const { set, go, settled, alarms } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    await sink.request(1);
    set(alertOf('a'), alertOf('b'));
    set(resolved('a'), alertOf('b'));
    go();
    expect(alarms.nextInMs).toBeUndefined();
    held[0]?.();
    await settled();
    expect(alarms.nextInMs).toBe(0);
    go();
    const second = await sink.request(2);
    expect(sentBy(second).map(({ labels, endsAt }) => [labels['alertname'], endsAt])).toEqual([
      ['a', '2026-01-01T00:00:00.000Z'],
      ['b', '2026-01-01T00:02:00.000Z'],
    ]);
    held[1]?.();
    await settled();
    expect([sink.mostAtOnce, sink.requests.length]).toEqual([1, 2]);
  });

  it('tells all peers, and one that hangs or is away delays no other', async () => {
    const hanging = await HttpSink.start(() => undefined);
    const good = await HttpSink.start();
    const away = `http://127.0.0.1:${await freePort()}`;
    const { set, go, settled, channel, lost } = channelTo([hanging.url, away, good.url], { timeout_ms: 60_000 });
    set(alertOf('a'));
    go();
    expect(namesOf(await good.request(1))).toEqual(['a']);
    expect(namesOf(await hanging.request(1))).toEqual(['a']);
    await settled();
    set(resolved('a'));
    // its next request is planned when the answer to the first has been taken
    await waitFor('the second request', () => {
      go();
      return good.requests.length === 2;
    });
    expect(sentBy(await good.request(2))[0]?.endsAt).toBe('2026-01-01T00:00:00.000Z');
    expect(good.mostAtOnce).toBe(1);
    await channel.close(200);
    expect(lost).toEqual([]);
  });

  it('tries a peer that is down again after 1 s, 2 s, 4 s … up to the resend interval, with the state of then', async () => {
    const sink = await HttpSink.start(answerWith(500, 'down'));
    const { set, go, settled, alarms, lost } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    const waits: (number | undefined)[] = [];
    for (let number = 1; number <= 7; number += 1) {
      await sink.request(number);
      await settled();
      waits.push(alarms.nextInMs);
      // a change does not make it come sooner
      set(alertOf('a'), alertOf(`b${number}`));
      expect(alarms.nextInMs).toBe(waits.at(-1));
      if (number === 7) sink.respond = answerWith(200);
      alarms.advance(alarms.nextInMs ?? 0);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, RESEND_MS, RESEND_MS]);
    expect(namesOf(await sink.request(8))).toEqual(['a', 'b7']);
    await settled();
    expect(alarms.nextInMs).toBe(RESEND_MS);
    // b1 to b6 were over before anybody took them
    expect(lost).toEqual(Array(6).fill('alertmanager 1'));
  });

  it('says once that a peer is down, and once that it is back', async () => {
    const sink = await HttpSink.start((response) => response.destroy());
    const { set, go, settled, alarms, log } = channelTo([`${sink.url.replace('//', '//user:hunter2@')}/?key=hunter2`]);
    set(alertOf('a'));
    go();
    for (let number = 1; number <= 3; number += 1) {
      await sink.request(number);
      await settled();
      if (number === 3) sink.respond = answerWith(200);
      alarms.advance(alarms.nextInMs ?? 0);
    }
    await sink.request(4);
    await settled();
    expect(log.lines).toEqual([
      `warn alerts to Alertmanager ${sink.url}/: socket hang up; it is tried again until it answers; ` +
        'check alerts.channels.alertmanager.urls',
      `info alerts to Alertmanager ${sink.url}/: works again after 7 s`,
    ]);
  });

  it.each([401, 403])('says what to look at where it gets a %d, and tries again seldom', async (status) => {
    const sink = await HttpSink.start(answerWith(status, 'Unauthorized'));
    const { set, go, settled, alarms, log } = channelTo([sink.url], { bearer_token: 'hunter2' });
    set(alertOf('a'));
    go();
    expect((await sink.request(1)).headers.authorization).toBe('Bearer hunter2');
    await settled();
    expect(alarms.nextInMs).toBe(60_000);
    alarms.advance(60_000);
    await sink.request(2);
    await settled();
    expect(log.lines).toEqual([
      `warn alerts to Alertmanager ${sink.url}/: it answered ${status} Unauthorized; ` +
        'check alerts.channels.alertmanager.username and password, or bearer_token',
    ]);
  });

  it.each([
    ['a redirect', answerWith(302, '', { location: '/' }), /answered 302; is it the address/],
    ['a page of something else', answerWith(404, '<html>\n'), /answered 404 <html>; is it the address/],
    ['too many requests', answerWith(429), /answered 429; it is tried again/],
  ])('takes %s for a failure, not for a delivery', async (_, respond, line) => {
    const sink = await HttpSink.start(respond);
    const { set, go, settled, log, channel, lost } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    await sink.request(1);
    await settled();
    expect(log.lines).toEqual([expect.stringMatching(line)]);
    await channel.close(1000);
    expect([sink.requests.length, lost]).toEqual([2, ['alertmanager 1']]);
  });

  it('takes a 200 with 100 MB of answer for a delivery, and does not read it', async () => {
    let written = 0;
    const sink = await HttpSink.start((response) => {
      const chunk = Buffer.alloc(1 << 20);
      const write = (): void => {
        while (!response.destroyed && written < 100) {
          written += 1;
          if (!response.write(chunk)) break;
        }
      };
      response.on('drain', write);
      write();
    });
    const { set, go, settled, log, channel, lost } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    await settled();
    await channel.close(1000);
    expect([log.lines, lost]).toEqual([[], []]);
    expect(written).toBeLessThan(50);
  });

  describe.each([400, 413, 422])('whose batch gets a %d', (status) => {
    it('sends it in halves, so that all but the bad one arrive', async () => {
      const sink = await HttpSink.start(refuse(status, 'd'));
      const { set, go, settled, log, lost } = channelTo([sink.url]);
      set(...['a', 'b', 'c', 'd', 'e'].map((name) => alertOf(name)));
      go();
      await settled();
      expect(sink.requests.map((request) => namesOf(request).join(''))).toEqual(['abcde', 'abc', 'de', 'd', 'e']);
      expect(lost).toEqual(['alertmanager 1']);
      expect(log.lines).toEqual([
        `warn Alertmanager ${sink.url}/ refuses the alert d (warning): ${status} no, not this; ` +
          'it is not sent again in this state',
      ]);
    });
  });

  it('does not send a refused alert again in its state, counts it once, and tries its next state', async () => {
    const sink = await HttpSink.start(refuse(400, 'bad'));
    const { set, go, settled, alarms, lost } = channelTo([sink.url]);
    set(alertOf('bad'), alertOf('good'));
    go();
    await settled();
    expect(sink.requests).toHaveLength(3);
    alarms.advance(RESEND_MS);
    expect(namesOf(await sink.request(4))).toEqual(['good']);
    await settled();
    set(resolved('bad'), alertOf('good'));
    go();
    expect(namesOf(await sink.request(5))).toEqual(['bad', 'good']);
    await settled();
    set();
    expect(lost).toEqual(['alertmanager 1', 'alertmanager 1']);
  });

  it('tries a refused alert anew when it fires another time', async () => {
    const sink = await HttpSink.start(answerWith(400));
    const { set, go, settled, alarms, lost } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    await settled();
    alarms.advance(RESEND_MS);
    expect([sink.requests.length, alarms.nextInMs]).toEqual([1, undefined]);
    sink.respond = answerWith(200);
    set(alertOf('a', { startsAtMs: START_MS + 60_000 }));
    go();
    await sink.request(2);
    await settled();
    expect(lost).toEqual(['alertmanager 1']);
  });

  it('counts nothing lost that one peer refuses and another takes, and tells of it once', async () => {
    const [one, other] = [await HttpSink.start(refuse(400, 'a')), await HttpSink.start()];
    const { set, go, settled, log, channel, lost } = channelTo([one.url, other.url]);
    set(alertOf('a'));
    go();
    await Promise.all([one.request(1), other.request(1)]);
    await settled();
    await waitFor('the refusal', () => log.lines.length === 1);
    await channel.close(1000);
    expect(lost).toEqual([]);
  });

  it('tells of ten refusals an hour by line, whatever their number', async () => {
    const sink = await HttpSink.start(answerWith(400, 'no'));
    const { set, go, settled, log, lost } = channelTo([sink.url]);
    set(...Array.from({ length: 64 }, (_, index) => alertOf(`a${index}`)));
    go();
    await settled();
    expect([log.lines.length, lost.length, sink.requests.length]).toEqual([10, 64, 127]);
  });

  it('stops a pass where the peer goes down in the middle of it, and keeps what was taken', async () => {
    let answers = 0;
    const sink = await HttpSink.start((response) => {
      answers += 1;
      response.writeHead(answers === 2 ? 503 : 200).end();
    });
    const { set, go, settled, alarms, lost } = channelTo([sink.url]);
    set(...Array.from({ length: 150 }, (_, index) => alertOf(`a${index}`)));
    go();
    await settled();
    expect([sink.requests.length, alarms.nextInMs]).toEqual([2, 1000]);
    set();
    expect(lost).toEqual(['alertmanager 86']);
  });

  it('counts as lost what was over before any peer took it: a firing that no peer heard of, then its end', async () => {
    const sink = await HttpSink.start(answerWith(503));
    const { set, go, settled, alarms, leave, lost } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    await settled();
    set(resolved('a'));
    expect(lost).toEqual(['alertmanager 1']);
    // gone after 5 minutes
    for (let tries = 0; tries < 14; tries += 1) {
      alarms.advance(alarms.nextInMs ?? 0);
      if (alarms.clock.monotonicMs() > 300_000) break;
      await settled();
    }
    expect(lost).toEqual(['alertmanager 1', 'alertmanager 1']);
    leave();
    expect(alarms.nextInMs).toBeUndefined();
  });

  it('does not count as lost what is taken while it goes over', async () => {
    const held: (() => void)[] = [];
    const sink = await HttpSink.start((response) => held.push(() => response.end()));
    const { set, go, settled, lost } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    await sink.request(1);
    set();
    held[0]?.();
    await settled();
    expect(lost).toEqual([]);
  });

  it('is tried at once again where all was over while it was down', async () => {
    const sink = await HttpSink.start(answerWith(503));
    const { set, go, settled, alarms } = channelTo([sink.url]);
    set(alertOf('a'));
    go();
    await settled();
    set();
    alarms.advance(1000);
    expect(alarms.nextInMs).toBeUndefined();
    set(alertOf('b'));
    expect(alarms.nextInMs).toBe(0);
  });

  it('says the user name and password of the section', async () => {
    const sink = await HttpSink.start();
    const { set, go } = channelTo([sink.url], { username: 'u', password: 'p' });
    set(alertOf('a'));
    go();
    const { headers } = await sink.request(1);
    expect(headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
  });

  it('goes on where the alerts cannot be read or the logger throws', async () => {
    const sink = await HttpSink.start(answerWith(503));
    const alarms = new FakeAlarms();
    const boom = (): never => {
      throw new Error('boom');
    };
    const logger = { debug: boom, info: boom, warn: boom, error: boom };
    const { context } = contextOf({ alarms, logger });
    let read = boom as () => Alert[];
    const channel = new AlertmanagerChannel(sectionOf([sink.url]), () => read(), context);
    channel.changed();
    alarms.advance(0);
    read = () => [alertOf('a')];
    channel.changed();
    alarms.advance(0);
    await sink.request(1);
    await channel.close(1000);
  });

  describe('when it is closed', () => {
    it('tries once more what no peer has taken, whatever the backoff', async () => {
      const sink = await HttpSink.start(answerWith(503));
      const { set, go, settled, channel, lost } = channelTo([sink.url]);
      set(alertOf('a'));
      go();
      await settled();
      sink.respond = answerWith(200);
      await channel.close(5000);
      expect([sink.requests.length, lost]).toEqual([2, []]);
    });

    it('asks for nothing where all is known, and sends nothing after', async () => {
      const sink = await HttpSink.start();
      const { set, go, settled, channel, alarms } = channelTo([sink.url]);
      set(alertOf('a'));
      go();
      await settled();
      await channel.close(5000);
      set(alertOf('b'));
      expect([sink.requests.length, alarms.nextInMs]).toEqual([1, undefined]);
    });

    it('gives up in time, and counts what is lost once', async () => {
      const sink = await HttpSink.start(() => undefined);
      const { set, go, channel, lost, log } = channelTo([sink.url], { timeout_ms: 60_000 });
      set(alertOf('a'), alertOf('b'));
      go();
      await sink.request(1);
      await channel.close(100);
      await channel.close(100);
      expect([lost, log.lines]).toEqual([['alertmanager 2'], []]);
    });
  });
});
