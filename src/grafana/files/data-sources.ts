import type { ResolvedConfig } from '../../config/schema.ts';
import { yamlText } from '../../provisioning/generated-file.ts';
import type { GeneratedFile } from '../../provisioning/generated-file.ts';
import { prometheusDataSource } from '../data-source.ts';
import { slug } from '../identity.ts';
import { fileName } from './path.ts';
import { unexpanded } from './unexpanded.ts';

/** Variables of Grafana's environment that hold what no file may. */
export const PASSWORD_VARIABLE = 'TELEMETRY_ALERTMANAGER_PASSWORD';
const TOKEN_VARIABLE = 'TELEMETRY_ALERTMANAGER_TOKEN';

/** Where the dashboards read from, and the Alertmanager that the process tells its alerts. */
export function dataSourcesFile(config: ResolvedConfig): GeneratedFile {
  const orgId = config.grafana.org_id ?? 1;
  const { jsonData, ...prometheus } = prometheusDataSource(config);
  const alertmanager = alertmanagerOf(config);
  const sources = [
    { ...prometheus, jsonData: { ...jsonData, ...(alertmanager && { alertmanagerUid: alertmanager.uid }) } },
    ...(alertmanager ? [alertmanager] : []),
  ];
  const datasources = sources.map(({ uid, name, url, jsonData: details, ...rest }) => ({
    orgId,
    uid,
    name: unexpanded(name),
    url: unexpanded(url),
    ...rest,
    // two defaults would keep Grafana from starting
    isDefault: false,
    editable: false,
    jsonData: details,
  }));
  return {
    path: `grafana/datasources/${fileName(config)}.yml`,
    text: yamlText({ apiVersion: 1, datasources }, remarks(config)),
  };
}

/** The first of the cluster: any of them knows all alerts. */
function alertmanagerOf({ alerts, grafana: { datasource } }: ResolvedConfig) {
  const { alertmanager } = alerts.channels;
  const url = alertmanager?.urls[0];
  if (!alertmanager?.enabled || url === undefined) return undefined;
  const { username, bearer_token: token } = alertmanager;
  return {
    uid: slug(`${datasource.uid}-alertmanager`, 40),
    name: alertmanagerName(datasource.name),
    type: 'alertmanager',
    access: 'proxy',
    url,
    ...(username !== undefined && {
      basicAuth: true,
      basicAuthUser: unexpanded(username),
      secureJsonData: { basicAuthPassword: `$${PASSWORD_VARIABLE}` },
    }),
    ...(token !== undefined && { secureJsonData: { httpHeaderValue1: `Bearer $${TOKEN_VARIABLE}` } }),
    jsonData: {
      implementation: 'prometheus',
      handleGrafanaManagedAlerts: false,
      ...(token !== undefined && { httpHeaderName1: 'Authorization' }),
    },
  };
}

/** Names are unique in an organisation, and at most 190 characters long. */
function alertmanagerName(name: string): string {
  const other = name.replace('Prometheus', 'Alertmanager');
  return other === name || other.length > 190 ? `${name.slice(0, 170)} (Alertmanager)` : other;
}

function remarks({ alerts, service_name: service }: ResolvedConfig): string[] {
  const { alertmanager } = alerts.channels;
  const shared =
    service === undefined
      ? []
      : [
          'Other services may name the same data source: Grafana knows it by its name, and what the last file says holds.',
          'One uid with two names would keep Grafana from starting.',
        ];
  if (!alertmanager?.enabled) return shared;
  return [
    ...shared,
    ...(alertmanager.username === undefined ? [] : [holds(PASSWORD_VARIABLE, 'password')]),
    ...(alertmanager.bearer_token === undefined ? [] : [holds(TOKEN_VARIABLE, 'bearer_token')]),
  ];
}

function holds(variable: string, key: string): string {
  return `${variable} in Grafana's environment has to hold alerts.channels.alertmanager.${key}.`;
}
