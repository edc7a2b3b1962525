import { parse } from 'yaml';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { alertingRules } from '../../../src/prometheus/alerting-rules.ts';
import { alertmanagerConfig } from '../../../src/prometheus/alertmanager-config.ts';
import { prometheusFiles } from '../../../src/prometheus/files.ts';
import { prometheusConfig } from '../../../src/prometheus/prometheus-config.ts';

describe('prometheus.yml', () => {
  const read = (document: unknown) =>
    parse(prometheusConfig(resolveConfig('test', document)).text) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
      alerting: { alertmanagers: unknown[]; alert_relabel_configs?: { regex: string }[] };
    };
  const urls = ['http://alertmanager.example.com:9093'];

  it('keeps from Alertmanager the alerts that the process tells it itself', () => {
    const rules = [{ name: 'mine', metric: 'websocket.server.messages', statistic: 'rate', threshold: 1 }];
    const document = { alerts: { channels: { alertmanager: { urls } }, rules } };
    const [relabeling, ...more] = read(document).alerting.alert_relabel_configs ?? [];
    expect(more).toEqual([]);
    expect(relabeling).toEqual({ source_labels: ['alertname'], regex: relabeling?.regex, action: 'drop' });
    const dropped = new RegExp(`^(?:${relabeling?.regex ?? ''})$`);
    const { perInstance, fleet, down } = alertingRules(resolveConfig('test', document));
    const all = [...[...perInstance, ...fleet].map(({ written }) => written), down];
    const told = all.map(({ alert }) => alert).filter((alert) => !dropped.test(alert));
    expect(told.length).toBeGreaterThan(1);
    expect(told.filter((alert) => !/^(?:fleet_.*|instance_down)$/.test(alert))).toEqual([]);
    expect(prometheusConfig(resolveConfig('test', document)).text).toMatch(/^# .*alert_relabel_configs/m);
  });

  it.each([
    ['there is no such channel', {}],
    ['the channel is off', { alerts: { channels: { alertmanager: { enabled: false, urls } } } }],
    ['the process has no alerts', { alerts: { enabled: false, channels: { alertmanager: { urls } } } }],
  ])('keeps nothing from Alertmanager where %s', (_, document) => {
    expect(read(document).alerting).not.toHaveProperty('alert_relabel_configs');
  });

  it('looks for files of TLS where the process does', () => {
    const tls = { ca_file: 'certs/ca.pem', cert_file: '/etc/tls/client.pem', key_file: './key.pem' };
    const document = { alerts: { channels: { alertmanager: { urls, tls } } } };
    expect(read(document).alerting.alertmanagers).toEqual([
      expect.objectContaining({
        tls_config: {
          ca_file: '../certs/ca.pem',
          cert_file: '/etc/tls/client.pem',
          key_file: '.././key.pem',
          insecure_skip_verify: false,
        },
      }),
    ]);
  });

  it.each([
    [{}, '127.0.0.1:9464'],
    [{ host: '0.0.0.0', port: 8080 }, '127.0.0.1:8080'],
    [{ host: '::' }, '[::1]:9464'],
    [{ host: 'metrics.example.com' }, 'metrics.example.com:9464'],
    [{ port: 0 }, undefined],
    [{ enabled: false }, undefined],
  ])('with prometheus %j scrapes %s', (prometheus, target) => {
    const [job] = read({ prometheus, service_name: 'chat' }).scrape_configs;
    expect([job?.job_name, job?.static_configs[0]?.targets]).toEqual(['chat', target === undefined ? [] : [target]]);
  });

  it('tells all Alertmanagers of the configuration, one entry for each scheme and path', () => {
    const urls = ['http://a.example.com:9093', 'http://b.example.com:9093/', 'https://c.example.com/am/'];
    expect(read({ alerts: { channels: { alertmanager: { urls } } } }).alerting.alertmanagers).toEqual([
      { static_configs: [{ targets: ['a.example.com:9093', 'b.example.com:9093'] }] },
      { scheme: 'https', path_prefix: '/am', static_configs: [{ targets: ['c.example.com:443'] }] },
    ]);
  });
});

describe('alertmanager.yml', () => {
  const read = (document: unknown) =>
    parse(alertmanagerConfig(resolveConfig('test', document)).text) as {
      route: { repeat_interval: string };
      inhibit_rules: { equal: string[] }[];
      receivers: { name: string; email_configs?: unknown[] }[];
    };
  const email = { host: 'mail.example.com', from: 'a@example.com', to: ['b@example.com', 'c@example.com'] };

  it('has a receiver for each severity, and repeats as the configuration says', () => {
    const { route, receivers } = read({ alerts: { repeat_interval_ms: 5_400_000 } });
    expect([route.repeat_interval, receivers]).toEqual(['1h30m', [{ name: 'warning' }, { name: 'critical' }]]);
  });

  it.each([
    [{}, { smarthost: 'mail.example.com:587', require_tls: true }],
    [{ require_tls: false }, { require_tls: false }],
    [
      { username: 'u', password: 'p' },
      { require_tls: true, auth_username: 'u', auth_password_file: 'secrets/email-password' },
    ],
    [
      { secure: true, port: 465 },
      { smarthost: 'mail.example.com:465', require_tls: false },
    ],
    [
      { secure: true, port: 2465 },
      { require_tls: false, force_implicit_tls: true },
    ],
    [{ enabled: false }, { smarthost: 'mail.example.com:587' }],
    [{ tls: { ca_file: 'ca.pem' } }, { tls_config: { ca_file: '../ca.pem', insecure_skip_verify: false } }],
  ])('writes e-mail with %j', (more, expected) => {
    const { receivers } = read({ alerts: { channels: { email: { ...email, ...more } } } });
    for (const { email_configs } of receivers) {
      expect(email_configs).toEqual([expect.objectContaining({ to: 'b@example.com, c@example.com', ...expected })]);
    }
  });

  it.each([
    [true, true, 1],
    [false, true, 0],
    [true, false, 0],
  ])('with e-mail %s and Alertmanager %s in the process says so %i times', (mails, tells, times) => {
    const alertmanager = { enabled: tells, urls: ['http://alertmanager.example.com:9093'] };
    const config = resolveConfig('test', {
      alerts: { channels: { email: { ...email, enabled: mails }, alertmanager } },
    });
    const { remarks } = prometheusFiles(config);
    expect(remarks.filter((remark) => remark.includes('people get mails from'))).toHaveLength(times);
  });

  it("tells alerts of one rule apart by the user's labels too", () => {
    const rule = {
      name: 'x',
      metric: 'telemetry.alert.active',
      statistic: 'value',
      threshold: 1,
      labels: { team: 'a' },
    };
    expect(read({ alerts: { rules: [rule] } }).inhibit_rules[0]?.equal).toEqual([
      'rule',
      'job',
      'instance',
      'source',
      'queue',
      'team',
      'alert',
    ]);
  });
});
