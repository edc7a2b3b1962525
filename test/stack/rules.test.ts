import { parseDocument } from 'yaml';
import { Provisioned } from '../support/provisioned.ts';

const DEADLINE_MS = 300_000;

/** A rule as it stands in the file. */
interface WrittenRule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  keep_firing_for?: string;
  labels?: Record<string, string>;
}

const OTHER_THRESHOLDS = {
  prometheus: { scrape_interval_ms: 30_000 },
  retention: { window_ms: 300_000 },
  alerts: {
    thresholds: { high_latency_ms: 37, error_rate_warning: 0.2, memory_warning_percent: 60, queue_size_warning: 500 },
    latency_statistic: 'avg',
    for_ms: 0,
    keep_firing_for_ms: 0,
    hysteresis_percent: 0,
    min_observations: 0,
  },
};

const ALL_BUILT_IN = {
  alerts: {
    latency_statistic: 'p99',
    thresholds: { queue_size_warning: 100, no_traffic_warning_ms: 60_000 },
    for_ms: 45_000,
    keep_firing_for_ms: 60_000,
    hysteresis_percent: 30,
    min_observations: 77,
  },
};

const USER_RULES = {
  alerts: {
    rules: [
      ...(['avg', 'min', 'max', 'p50', 'p95', 'p99'] as const).map((statistic) => ({
        ...{ name: `slow_${statistic}`, metric: 'realtime.latency', statistic, threshold: 0.25 },
        labels: { team: 'chat {{ $value }}' },
      })),
      { name: 'own_alerts', metric: 'telemetry.alert.active', statistic: 'value', threshold: 2 },
      {
        name: 'fast_pings',
        metric: 'websocket.server.ping.duration',
        statistic: 'p95',
        comparison: '<',
        threshold: 0.004,
      },
      { name: 'slow_closing', metric: 'websocket.server.connection.duration', statistic: 'avg', threshold: 42.5 },
      { name: 'talkative', metric: 'websocket.server.messages', statistic: 'rate', comparison: '>=', threshold: 120 },
      { name: 'quiet', metric: 'websocket.client.messages', statistic: 'increase', comparison: '<', threshold: 90 },
      {
        name: 'no_sessions',
        metric: 'realtime.sessions',
        statistic: 'rate',
        comparison: '<=',
        threshold: 2,
        for_ms: 0,
      },
      {
        name: 'crowd',
        metric: 'websocket.server.open_connections',
        statistic: 'value',
        comparison: '>=',
        threshold: 900,
      },
      { name: 'empty', metric: 'realtime.session.active', statistic: 'value', comparison: '<', threshold: 3 },
      { name: 'none', metric: 'realtime.session.active', statistic: 'value', comparison: '<=', threshold: 0 },
      { name: 'orders', metric: 'shop.orders', statistic: 'increase', threshold: 1000, unit: '{order}' },
      { name: 'load', metric: 'shop.load', statistic: 'value', threshold: 0.5, unit: '1', keep_firing_for_ms: 0 },
      { name: 'wait', metric: 'shop.wait', statistic: 'p99', threshold: 3, unit: 's', summary: 'Waits {{ long }}' },
    ],
  },
};

describe.each([
  ['the defaults', {}],
  ['other thresholds, without waiting, keeping and hysteresis', OTHER_THRESHOLDS],
  ['all built-in rules, with other times', ALL_BUILT_IN],
  ["the user's rules of each statistic", USER_RULES],
  ['a scrape interval that does not divide the window', { prometheus: { scrape_interval_ms: 7000 } }],
])('the rules for %s', (_, document) => {
  const provisioned = new Provisioned(document);
  afterAll(() => provisioned.remove());

  test('are without a finding', () => {
    expect(provisioned.checkRules()).toMatchObject({ status: 0 });
    for (const verdict of provisioned.checkConfigs()) expect(verdict).toMatchObject({ status: 0 });
  });

  test(
    'pass their tests',
    () => {
      expect(provisioned.testRules()).toMatchObject({ status: 0 });
    },
    DEADLINE_MS,
  );
});

/** What a rule is written with besides: nothing, or what lets each step of a window matter. */
const BARE = { own: { min_observations: 10, for_ms: 0 }, alerts: { hysteresis_percent: 0 } };
const VARIANTS = [{ own: {}, alerts: {} }, BARE];

/** Rules as users write them, on each kind of metric. */
const GRID = (
  [
    ['websocket.server.messages', ['rate', 'increase'], [0.001, 0.5, 1, 90, 1000]],
    ['websocket.server.ping.duration', ['avg', 'p50', 'p99'], [0.001, 0.02, 3]],
    ['realtime.latency', ['p95'], [0.001, 0.25]],
    ['websocket.server.open_connections', ['value'], [0, 0.5, 7, 1000]],
  ] as const
).flatMap(([metric, statistics, thresholds]) =>
  statistics.flatMap((statistic) =>
    (['<', '<=', '>', '>='] as const).map((comparison) => [statistic, metric, comparison, thresholds] as const),
  ),
);

describe("a user's rule", () => {
  test.each(GRID)(
    'that %s of %s is %s any of %j passes its tests',
    (statistic, metric, comparison, thresholds) => {
      for (const { own, alerts } of VARIANTS) {
        const rules = thresholds.map((threshold, index) => ({
          ...{ name: `mine_${index}`, metric, statistic, comparison, threshold, ...own },
        }));
        const provisioned = new Provisioned({ alerts: { ...alerts, rules } });
        try {
          provisioned.rules = onlyWith(provisioned.rules, ({ alert }) => alert?.startsWith('mine_') === true);
          expect(provisioned.checkRules()).toMatchObject({ status: 0 });
          expect(provisioned.testRules('^mine_')).toMatchObject({ status: 0 });
          expect(provisioned.remarks).toEqual([]);
        } finally {
          provisioned.remove();
        }
      }
    },
    DEADLINE_MS,
  );
});

/** Names of the tests of recording rules. */
const RECORDING_TESTS = '^(even traffic|the first errors|a process|an instance) ';

/** Where a rule compares its value: not where it counts observations or instances. */
const THRESHOLD = /^((?!.*(?::increase|count by)).* )([<>]=?) ([\d.]+)$/gm;

/** Ways to break a rule, each of which says what it does to the text of `expr` or to the rule; nothing where it has none. */
const MUTATIONS: readonly (readonly [what: string, mutate: (rule: WrittenRule) => Partial<WrittenRule> | undefined])[] =
  [
    [
      'its threshold doubled',
      ({ expr }) => replaced(expr, THRESHOLD, (head, op, value) => `${head}${op} ${2 * Number(value)}`),
    ],
    [
      'its threshold halved',
      ({ expr }) => replaced(expr, THRESHOLD, (head, op, value) => `${head}${op} ${Number(value) / 2}`),
    ],
    [
      'its comparison turned round',
      ({ expr }) => replaced(expr, THRESHOLD, (head, op, value) => `${head}${op.startsWith('<') ? '>' : '<'} ${value}`),
    ],
    [
      'its guard dropped',
      ({ expr }) =>
        replaced(expr, /\n *and on \(job(?:, instance)?\) (?!count)(?:\([^()]*\)|[^\n()]* >= [\d.]+)/, () => ''),
    ],
    ['its hysteresis dropped', ({ expr }) => replaced(expr, /\n *or\n[^\n]*\n *and ignoring[^\n]*/, () => '')],
    ['for a single instance too', ({ expr }) => replaced(expr, /\nand on \(job\) count.*$/, () => '')],
    ['a longer time', ({ for: wait }) => ({ for: `${seconds(wait) + 30}s` })],
    ['no time to wait', ({ for: wait }) => (seconds(wait) === 0 ? undefined : { for: '0s' })],
    [
      'no time to keep firing',
      ({ keep_firing_for: keep }) => (keep === undefined ? undefined : { keep_firing_for: '0s' }),
    ],
    ['a longer time to keep firing', ({ keep_firing_for: keep }) => ({ keep_firing_for: `${seconds(keep) + 60}s` })],
    ['another severity', ({ labels }) => ({ labels: { ...labels, severity: 'none' } })],
  ];

describe('the tests of the defaults fail', () => {
  const provisioned = new Provisioned({});
  const rules = provisioned.rules;
  afterAll(() => provisioned.remove());
  afterEach(() => (provisioned.rules = rules));

  const alerts = alertsIn(rules).map(({ alert, labels }) => [alert, labels?.['source'] ?? ''] as const);

  test(
    'for no rule that is only written otherwise',
    () => {
      provisioned.rules = JSON.stringify(parseDocument(rules).toJS()); // JSON is YAML
      expect(provisioned.testRules()).toMatchObject({ status: 0 });
    },
    DEADLINE_MS,
  );

  test.each(alerts)(
    'for every mutation of %s %s',
    (alert, source) => {
      const own = `^${alert}${source && ` source=${source}`} `;
      // alone and unchanged it passes, so that no mutant fails for what it lacks
      provisioned.rules = mutated(rules, alert, source, () => ({}))!;
      expect(provisioned.testRules(own)).toMatchObject({ status: 0 });
      const survivors: string[] = [];
      let tried = 0;
      for (const [what, mutate] of MUTATIONS) {
        const mutant = mutated(rules, alert, source, mutate);
        if (mutant === undefined) continue;
        tried++;
        provisioned.rules = mutant;
        // a mutant that is no rule would tell nothing
        if (provisioned.checkRules().status !== 0) survivors.push(`${what}: no rule`);
        if (provisioned.testRules(own).status === 0) survivors.push(what);
      }
      expect([survivors, tried > 3]).toEqual([[], true]);
    },
    DEADLINE_MS,
  );

  test.each(recordsIn(rules))(
    'where %s is recorded twice as high',
    (record) => {
      const document = parseDocument(rules).toJS() as { groups: { rules: WrittenRule[] }[] };
      for (const rule of document.groups[0]!.rules) if (rule.record === record) rule.expr = `2 * (${rule.expr})`;
      provisioned.rules = JSON.stringify(document); // JSON is YAML
      expect(provisioned.testRules(RECORDING_TESTS)).toMatchObject({ status: 1 });
    },
    DEADLINE_MS,
  );
});

function rulesIn(text: string): WrittenRule[] {
  return (parseDocument(text).toJS() as { groups: { rules: WrittenRule[] }[] }).groups.flatMap(({ rules }) => rules);
}

function alertsIn(text: string): (WrittenRule & { alert: string })[] {
  return rulesIn(text).filter((rule): rule is WrittenRule & { alert: string } => rule.alert !== undefined);
}

function recordsIn(text: string): string[] {
  return rulesIn(text).flatMap(({ record }) => record ?? []);
}

function mutated(
  text: string,
  alert: string,
  source: string,
  mutate: (rule: WrittenRule) => Partial<WrittenRule> | undefined,
): string | undefined {
  const document = parseDocument(text).toJS() as { groups: { rules: WrittenRule[] }[] };
  const isMeant = (one: WrittenRule): boolean => one.alert === alert && (one.labels?.['source'] ?? '') === source;
  const rule = document.groups[0]!.rules.find(isMeant)!;
  const change = mutate(rule);
  if (!change) return undefined;
  Object.assign(rule, change);
  return onlyWith(JSON.stringify(document), isMeant); // JSON is YAML
}

/** The rules that are meant and those that they read: promtool evaluates all that there are in each step of each test. */
function onlyWith(text: string, isMeant: (rule: WrittenRule) => boolean): string {
  const document = parseDocument(text).toJS() as { groups: { rules: WrittenRule[] }[] };
  const group = document.groups[0]!;
  const kept = new Set(group.rules.filter(isMeant));
  for (const reader of kept) {
    for (const rule of group.rules) if (rule.record !== undefined && reader.expr.includes(rule.record)) kept.add(rule);
  }
  group.rules = group.rules.filter((rule) => kept.has(rule));
  return JSON.stringify(document); // JSON is YAML
}

function replaced(expr: string, what: RegExp, by: (...groups: string[]) => string): { expr: string } | undefined {
  const changed = expr.replace(what, (_match, ...groups: string[]) => by(...groups));
  return changed === expr ? undefined : { expr: changed };
}

function seconds(duration = '0s'): number {
  return Number(/^(\d+)s$/.exec(duration)?.[1] ?? 60);
}
