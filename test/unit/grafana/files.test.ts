import { parse } from 'yaml';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { grafanaAlertRules } from '../../../src/grafana/alert-rules.ts';
import { grafanaFiles } from '../../../src/grafana/files.ts';

const CHANNELS = {
  email: { host: 'mail.example.com', from: 'a@example.com', to: ['b@example.com', 'c@example.com'] },
  alertmanager: { urls: ['http://am-1.example.com:9093', 'http://am-2.example.com:9093'] },
};

const textOf = (document: unknown, path: string): string => {
  const [folder = '', kind = ''] = path.split('/');
  const found = grafanaFiles(resolveConfig('test', document)).files.filter(
    (file) => file.path.startsWith(`grafana/${folder}/`) && new RegExp(`[/-]${kind}$`).test(file.path),
  );
  expect(found).toHaveLength(1);
  return found[0]!.text;
};
const read = (document: unknown, path: string): unknown => parse(textOf(document, path));

interface RulesFile {
  readonly groups?: readonly {
    readonly folder: string;
    readonly interval: string;
    readonly rules: readonly {
      readonly uid: string;
      readonly title: string;
      readonly keepFiringFor?: string;
      readonly data: readonly { readonly model: { readonly expr?: string } }[];
      readonly annotations: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
    }[];
  }[];
}

interface SourcesFile {
  readonly datasources: readonly {
    readonly uid: string;
    readonly name: string;
    readonly isDefault: boolean;
    readonly url: string;
    readonly jsonData: Readonly<Record<string, unknown>>;
    readonly secureJsonData?: Readonly<Record<string, string>>;
  }[];
}

/** As Grafana puts variables of its environment into most of what it reads; none is set here. */
function expanded(text: string): string {
  return text
    .split('$$')
    .map((part) => part.replace(/\$(?:\{\w*\}|\w+)/g, ''))
    .join('$');
}

describe("the files for Grafana's provisioning", () => {
  it('are data sources, dashboards and alerting, the same bytes each time', () => {
    const files = () => grafanaFiles(resolveConfig('test', { service_name: 'checkout' })).files;
    const paths = files().map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith('.yml'))).toEqual([
      'grafana/datasources/telemetry-checkout.yml',
      'grafana/dashboards/telemetry-checkout.yml',
      'grafana/alerting/telemetry-checkout-rules.yml',
      'grafana/alerting/telemetry-checkout-contact-points.yml',
      'grafana/alerting/telemetry-checkout-policies.yml',
    ]);
    expect(files()).toEqual(files());
    // an older Grafana does not start where anything else lies beside them
    for (const path of paths)
      expect(path).toMatch(/^grafana\/(?:(?:datasources|alerting)\/.*\.yml|dashboards\/.*\.(?:yml|json))$/);
  });

  it('of several services lie side by side, and are told apart by Grafana too', () => {
    const filesOf = (service_name?: string) =>
      grafanaFiles(
        resolveConfig('test', { ...(service_name !== undefined && { service_name }), alerts: { channels: CHANNELS } }),
      ).files;
    const all = [filesOf(), filesOf('checkout'), filesOf('payment')].flat();
    expect(new Set(all.map(({ path }) => path)).size).toBe(all.length);
    const found = (pattern: RegExp, path: RegExp): string[] =>
      all.filter((file) => path.test(file.path)).flatMap(({ text }) => text.match(pattern) ?? []);
    const apart = [
      // of providers: name and path
      [3, found(/^ {2}- name: .*/gm, /dashboards\/[^/]*\.yml$/)],
      [3, found(/^ +path: .*/gm, /dashboards\/[^/]*\.yml$/)],
      // of rules: groups, uids and titles
      [3, found(/^ +name: .*/gm, /-?rules\.yml$/)],
      [3 * grafanaAlertRules(resolveConfig('test', {})).rules.length, found(/^ +- uid: .*/gm, /-?rules\.yml$/)],
      [3, found(/^ +name: .*/gm, /contact-points\.yml$/)],
      [6, found(/^ +- uid: .*/gm, /contact-points\.yml$/)],
    ] as const;
    for (const [count, texts] of apart) {
      expect(texts).toHaveLength(count);
      expect(new Set(texts).size).toBe(count);
    }
  });

  it('have each provider read the dashboards of its own service', () => {
    for (const document of [{}, { service_name: 'checkout' }]) {
      const { files } = grafanaFiles(resolveConfig('test', document));
      const [, text] = textOf(document, 'dashboards/.*yml').match(/path: \/etc\/grafana\/provisioning\/(.*)/)!;
      expect(files.filter(({ path }) => path.startsWith(`grafana/${text}/`))).toHaveLength(4);
    }
  });

  it('say of one data source the same name, by which Grafana knows it, in the files of all services', () => {
    const [one, other] = ['checkout', 'payment'].map(
      (service_name) => read({ service_name }, 'datasources/.*yml') as SourcesFile,
    );
    expect(one).toEqual(other);
    expect(textOf({ service_name: 'checkout' }, 'datasources/.*yml')).toMatch(/^# Other services may name the same/m);
    expect(textOf({}, 'datasources/.*yml')).not.toContain('Other services');
  });

  it('say all which version they are of', () => {
    for (const { path, text } of grafanaFiles(resolveConfig('test', {})).files) {
      if (path.endsWith('.yml'))
        expect([path, parse(text)]).toEqual([path, expect.objectContaining({ apiVersion: 1 })]);
    }
  });

  it('hold no secret, only the names of variables', () => {
    const secret = 'hunter2-hunter2';
    const channels = {
      email: { ...CHANNELS.email, username: 'u', password: secret },
      alertmanager: { ...CHANNELS.alertmanager, username: 'u', password: secret },
    };
    const document = {
      prometheus: { token: secret },
      alerts: { channels },
      grafana: { api_key: secret },
    };
    const all = grafanaFiles(resolveConfig('test', document)).files.map(({ text }) => text);
    expect(all.join('')).not.toContain(secret);
    expect((read(document, 'datasources/telemetry-dashboard.yml') as SourcesFile).datasources[1]).toMatchObject({
      secureJsonData: { basicAuthPassword: '$TELEMETRY_ALERTMANAGER_PASSWORD' },
    });
    const withToken = { alerts: { channels: { alertmanager: { ...CHANNELS.alertmanager, bearer_token: secret } } } };
    const tokenTexts = grafanaFiles(resolveConfig('test', withToken)).files.map(({ text }) => text);
    expect(tokenTexts.join('')).not.toContain(secret);
    expect(tokenTexts[0]).toContain('Bearer $TELEMETRY_ALERTMANAGER_TOKEN');
  });

  it('name the data source of the configuration, never as the default, and Alertmanager where the process has one', () => {
    const grafana = { datasource: { uid: 'mine', name: 'Costs $5', url: 'http://prometheus.example.com:9090' } };
    const document = { grafana, alerts: { channels: { alertmanager: CHANNELS.alertmanager } } };
    const { datasources } = read(document, 'datasources/telemetry-dashboard.yml') as SourcesFile;
    expect(datasources.map(({ uid, url, isDefault }) => [uid, url, isDefault])).toEqual([
      ['mine', 'http://prometheus.example.com:9090', false],
      ['mine-alertmanager', 'http://am-1.example.com:9093', false],
    ]);
    expect(expanded(datasources[0]!.name)).toBe('Costs $5');
    expect(new Set(datasources.map(({ name }) => name)).size).toBe(2);
    expect(datasources[0]!.jsonData).toMatchObject({ timeInterval: '15s', alertmanagerUid: 'mine-alertmanager' });
    const alone = (read({}, 'datasources/telemetry-dashboard.yml') as SourcesFile).datasources;
    expect(alone.map(({ jsonData }) => 'alertmanagerUid' in jsonData)).toEqual([false]);
  });

  it('give Grafana rules that are those of the API, once it has put in its variables', () => {
    const rule = { name: 'load', metric: 'shop.load', statistic: 'value', threshold: 3, unit: '1' };
    const document = {
      service_name: 'a$b',
      alerts: { rules: [{ ...rule, labels: { team: '$HOME {{ x }}' }, summary: 'Costs $5' }] },
    };
    const api = grafanaAlertRules(resolveConfig('test', document));
    const [group] = (read(document, 'alerting/rules.yml') as RulesFile).groups!;
    expect(group!.interval).toBe('20s');
    expect(group!.rules).toHaveLength(api.rules.length);
    for (const [index, written] of group!.rules.entries()) {
      const expected = api.rules[index]!;
      expect(expanded(written.title)).toBe(expected.title);
      // these it reads as they are
      expect(written.annotations).toEqual(expected.annotations);
      expect(written.data).toEqual(expected.data);
      expect(written.keepFiringFor).toBe(expected.keep_firing_for);
      expect(
        Object.fromEntries(Object.entries(written.labels).map(([name, value]) => [name, expanded(value)])),
      ).toEqual(expected.labels);
    }
    expect(group!.rules.at(-2)!.title).not.toBe(api.rules.at(-2)!.title);
  });

  it('put rules into a folder whose title is not that of the dashboards, and names no folder in a folder', () => {
    const document = { grafana: { folder: 'Team/Live' } };
    const [provider] = (
      read(document, 'dashboards/telemetry-dashboard.yml') as {
        providers: { folder: string; folderUid: string; options: { path: string } }[];
      }
    ).providers;
    expect(provider).toMatchObject({
      folder: 'Team/Live',
      options: { path: '/etc/grafana/provisioning/dashboards/telemetry-dashboard' },
    });
    expect((read(document, 'alerting/rules.yml') as RulesFile).groups![0]!.folder).toBe('Team-Live (alert rules)');
    const long = (read({ grafana: { folder: 'x'.repeat(190) } }, 'alerting/rules.yml') as RulesFile).groups![0]!.folder;
    expect(long).toHaveLength(190);
  });

  it.each([{ alerts: { enabled: false } }, { grafana: { alert_rules: false } }])(
    'have no rules with %j, and say so',
    (document) => {
      expect(read(document, 'alerting/rules.yml')).toEqual({ apiVersion: 1 });
      expect(textOf(document, 'alerting/rules.yml')).toMatch(/^# There are no rules, since /m);
    },
  );

  it('never replace the policies of an organisation', () => {
    for (const document of [{}, { alerts: { channels: CHANNELS } }]) {
      expect(read(document, 'alerting/policies.yml')).toEqual({ apiVersion: 1 });
      expect(textOf(document, 'alerting/policies.yml')).toMatch(/^# There are no policies here on purpose/m);
    }
  });

  it('offer a route that the rules match, as YAML', () => {
    const document = { service_name: 'a: "b"', grafana: { folder: "It's #1" }, alerts: { channels: CHANNELS } };
    const line = textOf(document, 'alerting/policies.yml')
      .split('\n')
      .find((one) => one.startsWith('#   - {'))!;
    const [{ name }] = (read(document, 'alerting/contact-points.yml') as { contactPoints: [{ name: string }] })
      .contactPoints;
    expect(parse(line.slice(1))).toEqual([
      {
        receiver: name,
        object_matchers: [
          ['grafana_folder', '=', "It's #1 (alert rules)"],
          ['job', '=~', '(.+/)?a: "b"'],
        ],
      },
    ]);
  });

  it('name a contact point for mails and Alertmanager, where the configuration does', () => {
    expect(read({ alerts: { channels: CHANNELS } }, 'alerting/contact-points.yml')).toEqual({
      apiVersion: 1,
      contactPoints: [
        {
          orgId: 1,
          name: 'telemetry-dashboard',
          receivers: [
            {
              uid: 'telemetry-dashboard-email',
              type: 'email',
              settings: { addresses: 'b@example.com;c@example.com', singleEmail: true },
            },
            {
              uid: 'telemetry-dashboard-alertmanager',
              type: 'prometheus-alertmanager',
              settings: { url: 'http://am-1.example.com:9093,http://am-2.example.com:9093' },
            },
          ],
        },
      ],
    });
    expect(read({}, 'alerting/contact-points.yml')).toEqual({ apiVersion: 1 });
  });

  it("have the user's own metrics in a dashboard of their own", () => {
    const orders = {
      name: 'shop.orders',
      kind: 'counter',
      unit: '{order}',
      description: 'Orders',
      attributes: [],
    } as const;
    const texts = (custom: Parameters<typeof grafanaFiles>[1]) =>
      grafanaFiles(resolveConfig('test', {}), custom).files.filter(({ text }) => text.includes('shop_orders_total'));
    expect(texts([orders]).map(({ path }) => path)).toEqual([
      'grafana/dashboards/telemetry-dashboard/telemetry-custom.json',
    ]);
    expect(texts([])).toEqual([]);
  });

  it('go to the organisation of the configuration', () => {
    const document = { grafana: { org_id: 7 }, alerts: { channels: CHANNELS } };
    for (const { path, text } of grafanaFiles(resolveConfig('test', document)).files) {
      if (!path.endsWith('.yml')) continue;
      expect([path, [...new Set(text.match(/orgId: \d+/g))]]).toEqual([
        path,
        path.includes('policies') ? [] : ['orgId: 7'],
      ]);
    }
  });

  it('say in one line that people may be told twice, and which key ends it', () => {
    const remarks = (document: unknown): readonly string[] => grafanaFiles(resolveConfig('test', document)).remarks;
    const [line, ...more] = remarks({ alerts: { channels: CHANNELS } });
    expect(more).toEqual([]);
    expect(line).toMatch(
      /^alerts\.channels\.email and alerts\.channels\.alertmanager are on, .*grafana\.alert_rules false/,
    );
    expect(remarks({})).toEqual([]);
    expect(remarks({ alerts: { channels: CHANNELS }, grafana: { alert_rules: false } })).toEqual([]);
    expect(remarks({ alerts: { channels: { email: { ...CHANNELS.email, enabled: false } } } })).toEqual([]);
  });

  it('say in a line each which rules cannot be written', () => {
    const rule = { name: 'longest', metric: 'websocket.server.ping.duration', statistic: 'max', threshold: 1 };
    expect(grafanaFiles(resolveConfig('test', { alerts: { rules: [rule] } })).remarks).toEqual([
      'Grafana has no rule longest: the max of websocket.server.ping.duration is not exported',
    ]);
  });
});
