import { rulesOf } from '../alerts/rules.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { promDuration } from '../promql/duration.ts';
import { yamlText } from '../provisioning/generated-file.ts';
import type { GeneratedFile } from '../provisioning/generated-file.ts';
import { passwordFile, tlsConfig } from './secrets.ts';

/** Where Alertmanager is looked for when the configuration names none. */
const DEFAULT_ALERTMANAGER = 'http://127.0.0.1:9093';

/** Addresses that are listened on, not connected to. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Prometheus's own configuration: scrapes the service, evaluates the rules, tells the Alertmanagers. Holds no secret. */
export function prometheusConfig(config: ResolvedConfig): GeneratedFile {
  const { prometheus, service_name } = config;
  const interval = promDuration(prometheus.scrape_interval_ms);
  const target = targetOf(prometheus);
  const document = {
    global: { scrape_interval: interval, evaluation_interval: interval },
    rule_files: ['rules/telemetry-dashboard.yml'],
    alerting: { ...withoutOwnAlerts(config), alertmanagers: alertmanagers(config) },
    scrape_configs: [
      {
        job_name: service_name ?? 'telemetry-dashboard',
        ...(prometheus.token !== undefined && {
          authorization: { type: 'Bearer', credentials_file: 'secrets/metrics-token' },
        }),
        static_configs: [{ targets: target === undefined ? [] : [target] }],
      },
    ],
  };
  return { path: 'prometheus/prometheus.yml', text: yamlText(document, remarks(config, target)) };
}

/** The process tells Alertmanager its own alerts, under another `instance`: told by Prometheus too, people would hear of each twice. */
function withoutOwnAlerts({ alerts }: ResolvedConfig): object {
  const names = [...new Set(tellsItself(alerts) ? rulesOf(alerts).map(({ name }) => name) : [])];
  if (names.length === 0) return {};
  return { alert_relabel_configs: [{ source_labels: ['alertname'], regex: names.join('|'), action: 'drop' }] };
}

function tellsItself({ enabled, channels }: ResolvedConfig['alerts']): boolean {
  return enabled && channels.alertmanager?.enabled === true;
}

function targetOf({ enabled, host, port }: ResolvedConfig['prometheus']): string | undefined {
  if (!enabled || port === 0) return undefined;
  const name = ANY_ADDRESS[host] ?? host;
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function remarks({ prometheus, alerts }: ResolvedConfig, target: string | undefined): string[] {
  const { alertmanager } = alerts.channels;
  return [
    ...(prometheus.enabled ? [] : ['prometheus.enabled is false: there is nothing to scrape.']),
    ...(prometheus.enabled && target === undefined
      ? ['prometheus.port is 0, any free one: put the address of the service into targets.']
      : []),
    ...(tellsItself(alerts)
      ? [
          'alerts.channels.alertmanager is on: the process tells Alertmanager the alerts of its rules itself, so alert_relabel_configs',
          'drops these here, and Prometheus tells of the fleet and of instances that are down.',
        ]
      : []),
    ...(prometheus.token === undefined ? [] : ['secrets/metrics-token has to hold prometheus.token.']),
    ...(alertmanager?.enabled && alertmanager.password !== undefined
      ? ['secrets/alertmanager-password has to hold alerts.channels.alertmanager.password.']
      : []),
    ...(alertmanager?.enabled && alertmanager.bearer_token !== undefined
      ? ['secrets/alertmanager-token has to hold alerts.channels.alertmanager.bearer_token.']
      : []),
  ];
}

/** One entry for each scheme and path, as Prometheus wants them. */
function alertmanagers({ alerts }: ResolvedConfig): object[] {
  const configured = alerts.channels.alertmanager;
  const settings = configured?.enabled ? configured : undefined;
  const groups = new Map<string, URL[]>();
  for (const text of settings?.urls ?? [DEFAULT_ALERTMANAGER]) {
    const url = new URL(text);
    const key = `${url.protocol}${url.pathname}`;
    groups.set(key, [...(groups.get(key) ?? []), url]);
  }
  return [...groups.values()].map((urls) => {
    const { protocol, pathname } = urls[0] as URL;
    const prefix = pathname.replace(/\/+$/, '');
    return {
      ...(protocol === 'https:' && { scheme: 'https' }),
      ...(prefix !== '' && { path_prefix: prefix }),
      ...(settings?.username !== undefined && {
        basic_auth: {
          username: settings.username,
          ...passwordFile('password_file', settings.password, 'alertmanager'),
        },
      }),
      ...(settings?.bearer_token !== undefined && {
        authorization: { type: 'Bearer', credentials_file: 'secrets/alertmanager-token' },
      }),
      ...(settings && tlsConfig(settings.tls)),
      static_configs: [{ targets: urls.map(addressOf) }],
    };
  });
}

/** Host and port, the latter always: Prometheus knows no other default than that of the scheme. */
function addressOf({ host, port, protocol }: URL): string {
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
}
