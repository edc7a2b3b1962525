import * as v from 'valibot';
import { ALERT_SEVERITIES } from '../../catalog/self.ts';
import { about, between, flag, list, map, matching, milliseconds, oneOf, section, text, whole } from '../values.ts';
import type { KeyNotes } from '../values.ts';
import { channelsSchema } from './channels.ts';

/** Statistics of the built-in latency alerts. */
const LATENCY_STATISTICS = ['avg', 'p50', 'p95', 'p99'] as const;

/** What a rule of the user's may look at. Of a histogram: avg … p99; of a counter: rate, increase; of a gauge: value. */
const RULE_STATISTICS = ['avg', 'min', 'max', 'p50', 'p95', 'p99', 'rate', 'increase', 'value'] as const;

const COMPARISONS = ['>', '>=', '<', '<='] as const;

/** A threshold that `null` switches off. */
const threshold = (min: number, max: number, description: string, notes: KeyNotes) => {
  const bounded = between(min, max, ', or null');
  return v.optional(about(v.nullable(bounded), `${description}; \`null\`: no such alert`, notes));
};

const LONGEST_MS = 86_400_000;
const latencyMs = (description: string, otherwise: string) => threshold(0.001, LONGEST_MS, description, { otherwise });
const ratio = (description: string, otherwise: string) => threshold(0, 1, description, { otherwise });
const percent = (description: string, otherwise: string) => threshold(0, 100, description, { otherwise });
const items = (description: string, notes: KeyNotes = {}) => threshold(0, Number.MAX_SAFE_INTEGER, description, notes);
const silenceMs = (description: string, notes: KeyNotes = {}) => threshold(1, LONGEST_MS, description, notes);

const thresholdsSchema = section({
  high_latency_ms: latencyMs(
    'latency above this is `high_latency`, of the application and of message handlers apart',
    '`1000`',
  ),
  critical_latency_ms: latencyMs('latency above this is `critical_latency`', '5 × `high_latency_ms`'),
  error_rate_warning: ratio('errors ÷ messages above this is `high_error_rate`', '`0.05`'),
  error_rate_critical: ratio(
    'errors ÷ messages above this is `critical_error_rate`',
    '2 × `error_rate_warning`, up to 0.95',
  ),
  memory_warning_percent: percent(
    "memory above this share of the container's limit, without one of the host's memory, is `high_memory`",
    '`75`',
  ),
  memory_critical_percent: percent(
    'memory above this is `critical_memory`',
    '1.2 × `memory_warning_percent`, up to 95',
  ),
  event_loop_delay_warning_ms: latencyMs('p99 of the event-loop delay above this is `high_event_loop_delay`', '`200`'),
  event_loop_delay_critical_ms: latencyMs(
    'p99 of the event-loop delay above this is `critical_event_loop_delay`',
    '5 × `event_loop_delay_warning_ms`',
  ),
  queue_size_warning: items('a queue longer than this is `high_queue_size`'),
  queue_size_critical: items('a queue longer than this is `critical_queue_size`', {
    otherwise: '2 × `queue_size_warning`, where that is given',
  }),
  no_traffic_warning_ms: silenceMs('no message for so long is `no_traffic`'),
  no_traffic_critical_ms: silenceMs('no message for so long is `critical_no_traffic`', {
    otherwise: '5 × `no_traffic_warning_ms`, where that is given',
  }),
});

const labelName = matching(
  /^(?!__|(?:alertname|severity|rule|job|instance)$)[a-zA-Z_][a-zA-Z0-9_]*$/,
  'a label name: letters, digits and _, not beginning with __, not alertname, severity, rule, job or instance',
);

const rule = section({
  name: about(
    matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a name of letters, digits and _, not beginning with a digit'),
    'name of the alert',
  ),
  metric: about(text('the name of a metric'), 'name of the metric, as in the table of metrics or as it was declared'),
  statistic: about(
    oneOf(RULE_STATISTICS),
    'of a histogram `avg` to `p99`, of a counter `rate` (per second) or `increase`, both over the window; of a gauge `value`',
  ),
  comparison: v.optional(about(oneOf(COMPARISONS), 'how the value must stand to the threshold to fire'), '>'),
  threshold: about(
    v.pipe(v.number('a number'), v.finite('a number')),
    'in the unit of the metric: seconds, bytes, a share of 1',
  ),
  severity: v.optional(about(oneOf(ALERT_SEVERITIES), 'how urgent it is'), 'warning'),
  for_ms: v.optional(
    about(milliseconds(0), 'how long the comparison must hold before the alert fires', {
      otherwise: '`alerts.for_ms`',
    }),
  ),
  keep_firing_for_ms: v.optional(
    about(milliseconds(0), 'how long it goes on firing once the value is back', {
      otherwise: '`alerts.keep_firing_for_ms`',
    }),
  ),
  min_observations: v.optional(
    about(whole(0, 1_000_000_000), 'a window with fewer observations does not fire', {
      otherwise: '`alerts.min_observations`; 0 for `rate` and `increase`',
    }),
  ),
  labels: v.optional(
    about(map(labelName, v.string('a text'), 'label names with their values'), 'labels of the alert, to route it by'),
    {},
  ),
  unit: v.optional(
    about(text(), 'unit of a metric of your own, such as `s`, `By` or `1`; the Prometheus rules need it'),
  ),
  summary: v.optional(about(text(), 'one sentence that says what is wrong')),
});

/** The section `alerts`, as it is written. */
export const alertsSchema = section({
  enabled: v.optional(about(flag, 'whether alerts are evaluated'), true),
  latency_threshold_ms: latencyMs('other spelling of `alerts.thresholds.high_latency_ms`', 'none'),
  error_rate_threshold: ratio('other spelling of `alerts.thresholds.error_rate_warning`', 'none'),
  thresholds: v.optional(about(thresholdsSchema, 'from when on there is an alert'), {}),
  latency_statistic: v.optional(about(oneOf(LATENCY_STATISTICS), 'what of the latency is compared'), 'p95'),
  for_ms: v.optional(about(milliseconds(0), 'how long a threshold must be crossed before the alert fires'), 10_000),
  keep_firing_for_ms: v.optional(about(milliseconds(0), 'how long it goes on firing once the value is back'), 10_000),
  hysteresis_percent: v.optional(
    about(between(0, 50), 'an alert that fires is over only when the value is back by this share of the threshold'),
    10,
  ),
  min_observations: v.optional(
    about(whole(0, 1_000_000_000), 'a window with fewer observations of latency or messages does not fire'),
    10,
  ),
  repeat_interval_ms: v.optional(
    about(whole(1000, 604_800_000), 'an alert that goes on firing is told again so often'),
    14_400_000,
  ),
  runbook_url: v.optional(
    about(text('a URL'), 'link in every alert; `{alert}` becomes its name'),
    'https://unpkg.com/telemetry-dashboard/docs/runbooks.md#{alert}',
  ),
  channels: v.optional(about(channelsSchema, 'who is told'), {}),
  rules: v.optional(about(list(rule, 'rules'), 'alerts of your own'), []),
});
