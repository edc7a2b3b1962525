import { alertingRules } from './alerting-rules.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { ALERT_SEVERITIES } from '../catalog/self.ts';
import { promDuration } from '../promql/duration.ts';
import { CATALOG } from '../catalog/index.ts';
import { labelName } from '../catalog/prometheus-name.ts';
import { yamlText } from '../provisioning/generated-file.ts';
import type { GeneratedFile } from '../provisioning/generated-file.ts';
import { passwordFile, tlsConfig } from './secrets.ts';

/** Where SMTP begins with TLS without being told to. */
const IMPLICIT_TLS_PORT = 465;

/** How long the alerts of one instance are gathered before the first notification, and between further ones. */
const GROUP_WAIT = '10s';
const GROUP_INTERVAL = '1m';

/**
 * Alertmanager's configuration: one receiver for each severity, grouped by rule and job, with the critical alert of a rule in
 * place of its warning. Holds no secret.
 */
export function alertmanagerConfig(config: ResolvedConfig): GeneratedFile {
  const { alerts } = config;
  const email = emailOf(config);
  const document = {
    route: {
      receiver: 'warning',
      group_by: ['job', 'rule'],
      group_wait: GROUP_WAIT,
      group_interval: GROUP_INTERVAL,
      repeat_interval: promDuration(alerts.repeat_interval_ms),
      routes: [{ receiver: 'critical', matchers: ['severity="critical"'] }],
    },
    inhibit_rules: [
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ['rule', 'job', 'instance', ...ownLabels(config)],
      },
    ],
    receivers: ALERT_SEVERITIES.map((name) => ({ name, ...(email && { email_configs: [email] }) })),
  };
  return { path: 'prometheus/alertmanager.yml', text: yamlText(document, remarks(config)) };
}

function remarks({ alerts: { channels } }: ResolvedConfig): string[] {
  if (!channels.email) {
    return [
      'The receivers tell nobody yet: give them email_configs, slack_configs, pagerduty_configs …, or set alerts.channels.email.',
    ];
  }
  return channels.email.password === undefined
    ? []
    : ['secrets/email-password has to hold alerts.channels.email.password.'];
}

/** What else tells two alerts of one rule apart: `source`, `queue`, and the user's own labels. */
function ownLabels(config: ResolvedConfig): string[] {
  const { perInstance } = alertingRules(config);
  const labels = perInstance.flatMap(({ rule }) => {
    const { measure } = rule;
    const metric = measure.kind === 'gauge' ? CATALOG.find(({ name }) => name === measure.metric) : undefined;
    return [...Object.keys(rule.labels), ...(metric?.attributes ?? []).flatMap(({ key }) => labelName(key) ?? [])];
  });
  // a warning and its critical differ in it
  return [...new Set(['source', 'queue', ...labels])].filter((label) => label !== 'severity');
}

/** Also with `enabled: false`, which says of the process alone that it sends no mails. */
function emailOf({ alerts }: ResolvedConfig): object | undefined {
  const { email } = alerts.channels;
  if (!email) return undefined;
  const implicitTls = email.secure && email.port !== IMPLICIT_TLS_PORT;
  return {
    to: email.to.join(', '),
    from: email.from,
    smarthost: `${email.host.includes(':') ? `[${email.host}]` : email.host}:${email.port}`,
    ...(email.username !== undefined && {
      auth_username: email.username,
      ...passwordFile('auth_password_file', email.password, 'email'),
    }),
    require_tls: !email.secure && email.require_tls,
    ...(implicitTls && { force_implicit_tls: true }),
    ...tlsConfig(email.tls),
    send_resolved: true,
  };
}
