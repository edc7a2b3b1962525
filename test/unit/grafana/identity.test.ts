import fc from 'fast-check';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { ResolvedConfig } from '../../../src/config/schema.ts';
import { grafanaAlertRules } from '../../../src/grafana/alert-rules.ts';
import { dashboardsOf } from '../../../src/grafana/dashboards.ts';
import { grafanaFiles } from '../../../src/grafana/files.ts';
import { DASHBOARD_KINDS, dashboardUid, folderUid, ownName, slug, tagsOf } from '../../../src/grafana/identity.ts';

const DEFAULTS = resolveConfig('test', {});
const named = (service: string | undefined): ResolvedConfig => ({ ...DEFAULTS, service_name: service });
/** Without rules, which take time. */
const plainly = (service: string | undefined): ResolvedConfig => ({
  ...named(service),
  grafana: { ...DEFAULTS.grafana, alert_rules: false },
});
const inFolder = (folder: string): ResolvedConfig => ({ ...DEFAULTS, grafana: { ...DEFAULTS.grafana, folder } });

/** Texts that are much alike, some of them what others are made into. */
const alike = fc
  .tuple(
    fc.oneof(
      fc.string({
        unit: fc.constantFrom('a', 'A', 'b', '-', '_', '.', ' ', '/', 'é', '$'),
        minLength: 1,
        maxLength: 6,
      }),
      fc.constantFrom('dashboard', 'telemetry-dashboard', 'Telemetry Dashboard', 'x'.repeat(41), `${'x'.repeat(40)}y`),
    ),
    fc.constantFrom(0, 0, 1, 2),
  )
  .map(([text, times]) => Array.from({ length: times }).reduce<string>((made) => slug(made, 40), text));

const UID = /^[a-z0-9-]{1,40}$/;
const PATH = /^grafana(?:\/[a-z0-9-]+)+\.(?:yml|json)$/;

/** What Grafana and a folder of files tell services apart by. */
const MADE: readonly (readonly [string, (service: string | undefined) => readonly string[]])[] = [
  ['dashboards', (service) => DASHBOARD_KINDS.map((kind) => dashboardUid(kind, named(service)))],
  ['rule groups', (service) => [grafanaAlertRules(plainly(service)).group]],
  ['files', (service) => grafanaFiles(plainly(service)).files.map(({ path }) => path)],
  [
    'contact points',
    (service) => {
      const to = { host: 'mail.example.com', from: 'a@example.com', to: ['b@example.com'] };
      const { alerts } = resolveConfig('test', {
        alerts: { channels: { email: to, alertmanager: { urls: ['http://am.example.com:9093'] } } },
      });
      const files = grafanaFiles({ ...plainly(service), alerts });
      return files.files.flatMap(({ path, text }) =>
        path.endsWith('contact-points.yml') ? [...text.matchAll(/\buid: (.*)/g)].map(([, uid]) => uid as string) : [],
      );
    },
  ],
];

describe('what is made of the name of a service', () => {
  it.each(MADE)('tells %s apart, and is what Grafana takes', (kind, madeOf) => {
    fc.assert(
      fc.property(alike, fc.option(alike, { nil: undefined }), (one, other) => {
        const made = [...madeOf(one), ...(one === other ? [] : madeOf(other))];
        expect(made.length).toBeGreaterThan(0);
        for (const name of made) expect(name).toMatch(kind === 'files' ? PATH : UID);
        expect(new Set(made).size).toBe(made.length);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['Checkout', 'chat_api', 'chat.api', 'chat api', '-chat-api', 'chat--api', 'é', '', 'dashboard'])(
    'of %j has a hash, since it may be like another',
    (service) => {
      expect(ownName(named(service), 40)).toMatch(/(?:^|-)[0-9a-f]{8}$/);
    },
  );

  it('tags dashboards with the name, which no other service has, as long as Grafana has room for', () => {
    expect([undefined, 'Chat api', 'chat-api'].map((service) => tagsOf(named(service)))).toEqual([
      ['telemetry-dashboard'],
      ['telemetry-dashboard', 'Chat api'],
      ['telemetry-dashboard', 'chat-api'],
    ]);
    for (const service of ['telemetry-dashboard', 'x'.repeat(51)]) {
      const [all, own] = tagsOf(named(service));
      expect([all, own]).toEqual(['telemetry-dashboard', expect.stringMatching(/^.{1,41}-[0-9a-f]{8}$/)]);
    }
  });

  it('is the name where that can be taken', () => {
    expect(ownName(named('chat-api'), 40)).toBe('telemetry-chat-api');
    expect(ownName(named(undefined), 40)).toBe('telemetry-dashboard');
    expect(dashboardUid('service', named('chat'))).toBe('telemetry-chat-service');
    expect(dashboardUid('service', named(undefined))).toBe('telemetry-service');
  });
});

describe('the links of a dashboard', () => {
  it('lead to the dashboards of its own service, and to no others', () => {
    const all = ['chat', 'chat-api', 'Chat'].map((service) => dashboardsOf(named(service), []));
    for (const own of all) {
      for (const { links = [] } of own) {
        const found = all.flat().filter(({ tags = [] }) => links[0]!.tags.every((tag) => tags.includes(tag)));
        expect(found).toEqual(own);
      }
    }
  });
});

describe('the uid of a folder', () => {
  it('is no other than that of another title, and what Grafana takes', () => {
    fc.assert(
      fc.property(alike, alike, (one, other) => {
        fc.pre(one !== other);
        const made = [folderUid(inFolder(one)), folderUid(inFolder(other))];
        for (const uid of made) expect(uid).toMatch(UID);
        expect(made[0]).not.toBe(made[1]);
      }),
    );
  });
});
