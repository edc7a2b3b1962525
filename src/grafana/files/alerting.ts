import type { ResolvedConfig } from '../../config/schema.ts';
import { promDuration } from '../../promql/duration.ts';
import { yamlText } from '../../provisioning/generated-file.ts';
import type { GeneratedFile } from '../../provisioning/generated-file.ts';
import type { GrafanaAlertRule, GrafanaAlertRules } from '../alert-rules.ts';
import { jobPattern } from '../alerting/query.ts';
import { ownName } from '../identity.ts';
import { alertingPath } from './path.ts';
import { PASSWORD_VARIABLE } from './data-sources.ts';
import { unexpanded } from './unexpanded.ts';

/** Grafana refuses longer titles of folders. */
const MAX_TITLE = 190;

/** Grafana refuses longer ones. */
const MAX_UID = 40;

/** The alert rules, whom they may tell, and why no policies are set. */
export function alertingFiles(rules: GrafanaAlertRules, config: ResolvedConfig): GeneratedFile[] {
  return [rulesFile(rules, config), contactPointsFile(config), policiesFile(config)];
}

function rulesFile({ intervalSeconds, group, rules }: GrafanaAlertRules, config: ResolvedConfig): GeneratedFile {
  const groups = [
    {
      orgId: orgOf(config),
      name: group,
      folder: unexpanded(rulesFolder(config)),
      interval: promDuration(intervalSeconds * 1000),
      rules: rules.map(ruleInFile),
    },
  ];
  return {
    path: alertingPath('rules', config),
    text: yamlText({ apiVersion: 1, ...(rules.length > 0 && { groups }) }, [
      ...(rules.length > 0
        ? [
            'The folder is not that of the dashboards: Grafana knows it here by its title only, and would make a second one.',
          ]
        : ['There are no rules, since alerts.enabled or grafana.alert_rules is false.']),
      'A rule that is no longer written here stays in Grafana until its uid stands under deleteRules.',
    ]),
  };
}

/** In newer versions a slash would be a folder in a folder. */
function rulesFolder({ grafana: { folder } }: ResolvedConfig): string {
  const suffix = ' (alert rules)';
  return folder.replaceAll('/', '-').slice(0, MAX_TITLE - suffix.length) + suffix;
}

/** Files have other keys than the API; annotations and queries are read as they are. */
function ruleInFile(rule: GrafanaAlertRule): object {
  const { uid, title, condition, data, noDataState, execErrState, annotations, labels, isPaused } = rule;
  const { __dashboardUid__: dashboardUid, __panelId__: panelId } = annotations;
  return {
    uid,
    title: unexpanded(title),
    condition,
    data,
    ...(dashboardUid !== undefined && { dashboardUid, panelId: Number(panelId) }),
    noDataState,
    execErrState,
    for: rule.for,
    ...(rule.keep_firing_for !== undefined && { keepFiringFor: rule.keep_firing_for }),
    annotations,
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, unexpanded(value)])),
    isPaused,
  };
}

function contactPointsFile(config: ResolvedConfig): GeneratedFile {
  const receivers = receiversOf(config);
  const contactPoints = [{ orgId: orgOf(config), name: unexpanded(contactPointName(config)), receivers }];
  return {
    path: alertingPath('contact-points', config),
    text: yamlText({ apiVersion: 1, ...(receivers.length > 0 && { contactPoints }) }, contactRemarks(config)),
  };
}

/** Those of the process; by mail also where the process itself sends none. */
function receiversOf(config: ResolvedConfig): object[] {
  const { email, alertmanager } = config.alerts.channels;
  const uid = (type: string): string => `${ownName(config, MAX_UID - type.length - 1)}-${type}`;
  return [
    ...(email
      ? [
          {
            uid: uid('email'),
            type: 'email',
            settings: { addresses: unexpanded(email.to.join(';')), singleEmail: true },
          },
        ]
      : []),
    ...(alertmanager?.enabled
      ? [
          {
            uid: uid('alertmanager'),
            type: 'prometheus-alertmanager',
            settings: {
              url: unexpanded(alertmanager.urls.join(',')),
              ...(alertmanager.username !== undefined && {
                basicAuthUser: unexpanded(alertmanager.username),
                basicAuthPassword: `$${PASSWORD_VARIABLE}`,
              }),
            },
          },
        ]
      : []),
  ];
}

function contactRemarks({ alerts: { channels } }: ResolvedConfig): string[] {
  const { email, alertmanager } = channels;
  if (!email && !alertmanager?.enabled) {
    return ['There are none, since alerts.channels names neither email nor alertmanager.'];
  }
  return [
    'They are used once a notification policy names them: see the file of policies beside this one.',
    ...(email ? ['Grafana sends mails by the SMTP server of its own settings (GF_SMTP_…).'] : []),
    ...(alertmanager?.enabled && alertmanager.username !== undefined
      ? [`${PASSWORD_VARIABLE} in Grafana's environment has to hold alerts.channels.alertmanager.password.`]
      : []),
    ...(alertmanager?.enabled && alertmanager.bearer_token !== undefined
      ? [
          'A contact point cannot hold alerts.channels.alertmanager.bearer_token: set it in Grafana, or use basic authentication.',
        ]
      : []),
  ];
}

/** Without `policies`: they take the place of the whole tree, also of what others have put there. */
function policiesFile(config: ResolvedConfig): GeneratedFile {
  const job = jobPattern(config);
  const matchers = [
    `[grafana_folder, =, ${JSON.stringify(rulesFolder(config))}]`,
    // the folder may hold the rules of other services too
    ...(job === undefined ? [] : [`[job, =~, ${JSON.stringify(job)}]`]),
  ];
  const route = `- { receiver: ${JSON.stringify(contactPointName(config))}, object_matchers: [${matchers.join(', ')}] }`;
  return {
    path: alertingPath('policies', config),
    text: yamlText({ apiVersion: 1 }, [
      'There are no policies here on purpose: they would replace the whole tree of the organisation, whoever has made it.',
      'The alerts go where the tree that is there sends them, at first to its default contact point.',
      ...(receiversOf(config).length === 0
        ? []
        : ['A route for that tree, to the contact point beside this file:', `  ${route}`]),
    ]),
  };
}

function contactPointName({ service_name: service }: ResolvedConfig): string {
  return service === undefined ? 'telemetry-dashboard' : `telemetry-dashboard: ${service}`;
}

function orgOf({ grafana }: ResolvedConfig): number {
  return grafana.org_id ?? 1;
}
