import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Alert } from '../../src/alerts/alert.ts';
import { AlertmanagerChannel } from '../../src/alerts/channels/alertmanager.ts';
import type { AlertmanagerSection } from '../../src/alerts/channels/alertmanager.ts';
import { cert, key } from '../conformance/harness/certificate.cjs';
import { alertOf, contextOf } from '../support/alert-samples.ts';
import { Alertmanager } from '../support/alertmanager.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const TEST_MS = 60_000;
const DEADLINE_MS = 20_000;
const RESEND_MS = 500;

function channelTo(urls: readonly string[], more: Partial<AlertmanagerSection> = {}) {
  const { context, log, lost } = contextOf();
  const state: { alerts: Alert[] } = { alerts: [] };
  const tls = { insecure_skip_verify: false };
  const section = { enabled: true, urls: [...urls], resend_interval_ms: RESEND_MS, timeout_ms: 2000, tls, ...more };
  const channel = new AlertmanagerChannel(section, () => state.alerts, context);
  closeLater(() => channel.close(0));
  const set = (...alerts: Alert[]): void => {
    state.alerts = alerts;
    channel.changed();
  };
  return { channel, log, lost, set };
}

const firing = (name: string): Alert => alertOf(name, { startsAtMs: Date.now() - 2000, sinceMs: Date.now() - 1000 });
const over = (alert: Alert): Alert => ({ ...alert, state: 'resolved', sinceMs: Date.now() });

const namesAt = async (server: Alertmanager): Promise<(string | undefined)[]> =>
  (await server.alerts()).map(({ labels }) => labels['alertname']).sort();
const toldBy = (server: Alertmanager): string[] =>
  server.told.map(({ status, labels }) => `${status} ${labels['alertname'] ?? ''}`);
const has = (server: Alertmanager, ...names: string[]) =>
  waitFor(
    `${server.url} to have ${names.join()}`,
    async () => (await namesAt(server)).join() === names.join(),
    DEADLINE_MS,
  );
const tells = (server: Alertmanager, ...lines: string[]) =>
  waitFor(
    `${server.url} to tell ${lines.join()}`,
    () => toldBy(server).length >= lines.length && toldBy(server),
    DEADLINE_MS,
  ).then((told) => expect(told).toEqual(lines));

test(
  'an alert fires, is kept alive by what is sent again, and is resolved with its real end',
  async () => {
    const server = await Alertmanager.start();
    const { set, log, lost } = channelTo([server.url]);
    const alert = firing('high_latency');
    set(alert);
    await has(server, 'high_latency');
    const [first] = await server.alerts();
    expect(first).toMatchObject({
      labels: alert.labels,
      annotations: { summary: alert.summary, description: alert.description, runbook_url: alert.runbookUrl },
      startsAt: new Date(alert.startsAtMs).toISOString(),
    });
    // longer than it would live of itself
    const endMs = Date.parse(first!.endsAt) + 4 * RESEND_MS;
    await waitFor(
      'the end to move on',
      async () => Date.parse((await server.alerts())[0]!.endsAt) > endMs,
      DEADLINE_MS,
    );
    await tells(server, 'firing high_latency');
    const resolved = over(alert);
    set(resolved);
    await tells(server, 'firing high_latency', 'resolved high_latency');
    // it leaves out zeros at the end
    expect(Date.parse(server.told[1]?.endsAt ?? '')).toBe(resolved.sinceMs);
    expect([await namesAt(server), log.lines, lost]).toEqual([[], [], []]);
  },
  TEST_MS,
);

test(
  'Alertmanager has all that fires again after it was killed, and tells what was resolved meanwhile',
  async () => {
    const server = await Alertmanager.start();
    const { set, log, lost } = channelTo([server.url]);
    const [a, b] = [firing('a'), firing('b')];
    set(a, b);
    await has(server, 'a', 'b');
    await waitFor('both to be told', () => toldBy(server).length === 2, DEADLINE_MS);
    await server.kill('SIGTERM');
    await waitFor('the outage to be seen', () => log.lines.length === 1, DEADLINE_MS);
    set(over(a), b);
    await server.up();
    await has(server, 'b');
    await waitFor('the end of a to be told', () => toldBy(server).includes('resolved a'), DEADLINE_MS);
    expect(toldBy(server).sort()).toEqual(['firing a', 'firing b', 'resolved a']);
    await server.kill('SIGKILL');
    await server.up();
    await has(server, 'b');
    await waitFor('the end of the outage', () => log.lines.filter((line) => /works again/.test(line)).length >= 1);
    expect(lost).toEqual([]);
  },
  TEST_MS,
);

test(
  'of two peers, the one that is up has all at once, and the other when it comes',
  async () => {
    const [up, late] = [await Alertmanager.start(), await Alertmanager.start()];
    await late.kill('SIGKILL');
    const away = `http://127.0.0.1:${await freePort()}`;
    const { set, lost } = channelTo([late.url, away, up.url]);
    const alert = firing('a');
    set(alert);
    await has(up, 'a');
    await late.up();
    await has(late, 'a');
    set(over(alert));
    await tells(up, 'firing a', 'resolved a');
    await tells(late, 'firing a', 'resolved a');
    expect(lost).toEqual([]);
  },
  TEST_MS,
);

test(
  'an alert that Alertmanager refuses takes no other of its batch along',
  async () => {
    const server = await Alertmanager.start();
    const { set, log, lost } = channelTo([server.url]);
    const bad = { ...firing('bad'), labels: { alertname: '', job: '' } };
    const good = Array.from({ length: 9 }, (_, index) => firing(`good${index}`));
    set(...good.slice(0, 4), bad, ...good.slice(4));
    await has(server, ...good.map(({ name }) => name));
    await waitFor('the refusal', () => log.lines.length > 0, DEADLINE_MS);
    expect(log.lines).toEqual([
      `warn Alertmanager ${server.url}/ refuses the alert bad (warning): 400 "at least one label pair required"; ` +
        'it is not sent again in this state',
    ]);
    expect(lost).toEqual(['alertmanager 1']);
  },
  TEST_MS,
);

test(
  'odd label names and values arrive',
  async () => {
    const server = await Alertmanager.start();
    const { set, log } = channelTo([server.url]);
    const labels = {
      alertname: 'odd',
      'http.route': '/räume/✓',
      '9lives': '"\\\n',
      lone: '\ud800',
      empty: '',
      _x: 'y',
    };
    set({ ...firing('odd'), labels });
    await has(server, 'odd');
    expect((await server.alerts())[0]?.labels).toEqual({
      alertname: 'odd',
      http_route: '/räume/✓',
      key_9lives: '"\\\n',
      lone: '\ufffd',
      key_x: 'y',
    });
    expect(log.lines).toEqual([]);
  },
  TEST_MS,
);

describe('with TLS and a password', () => {
  const PASSWORD = 'geheim';
  // bcrypt of it
  const HASH = '$2b$04$XTojEwHomi9vwv5/1H8Xtek29AmHQx1WeWVkGbB2zr.pRPTlZBl6W';

  const startGuarded = async () => {
    let caFile = '';
    const server = await Alertmanager.start({
      credentials: { username: 'ops', password: PASSWORD },
      webConfig: (folder) => {
        caFile = join(folder, 'cert.pem');
        writeFileSync(caFile, cert);
        writeFileSync(join(folder, 'key.pem'), key);
        return {
          tls_server_config: { cert_file: 'cert.pem', key_file: 'key.pem' },
          basic_auth_users: { ops: HASH },
        };
      },
    });
    return { server, tls: { ca_file: caFile, insecure_skip_verify: false } };
  };

  test(
    'alerts arrive',
    async () => {
      const { server, tls } = await startGuarded();
      const { set, log } = channelTo([server.url], { tls, username: 'ops', password: PASSWORD });
      set(firing('a'));
      await has(server, 'a');
      expect(log.lines).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'a wrong password and an unknown certificate are told, and no secret',
    async () => {
      const { server, tls } = await startGuarded();
      for (const [section, line] of [
        [{ tls, username: 'ops', password: 'hunter2' }, /answered 401 Unauthorized; check .*password/],
        [
          { username: 'ops', password: 'hunter2' },
          /self-signed certificate; check alerts\.channels\.alertmanager\.tls/,
        ],
      ] as const) {
        const { set, log } = channelTo([server.url], section);
        set(firing('a'));
        await waitFor('the failure', () => log.lines.length > 0, DEADLINE_MS);
        expect(log.lines).toEqual([expect.stringMatching(line)]);
        expect(log.lines.join()).not.toContain('hunter2');
      }
      expect(await namesAt(server)).toEqual([]);
    },
    TEST_MS,
  );
});
