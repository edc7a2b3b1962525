import { Provisioned } from '../support/provisioned.ts';

const RULES = [
  { name: 'few', metric: 'websocket.server.messages', statistic: 'rate', comparison: '<', threshold: 1 },
  { name: 'many', metric: 'websocket.server.messages', statistic: 'rate', threshold: 5 },
] as const;

const STEPS = 40;

/** Of a target that is told apart by a label more than those of the rules, as in Kubernetes. */
function seriesOf(perSecond: number): object[] {
  const target = 'job="chat",instance="i",pod="p"';
  return [
    { series: `process_uptime_seconds{${target}}`, values: `1000+15x${STEPS}` },
    { series: `telemetry_dropped_total{${target},reason="out_of_range"}`, values: `0x${STEPS}` },
    { series: `websocket_server_messages_total{${target}}`, values: `0+${15 * perSecond}x${STEPS}` },
  ];
}

test.each([
  [10, ['many']],
  [2, []],
  [0, ['few']],
])('with labels of a target besides job and instance, %d messages/s raise %j', (perSecond, firing) => {
  const provisioned = new Provisioned({ alerts: { rules: [...RULES] } });
  try {
    const expected = RULES.map(({ name }) => ({
      expr: `sum by (alertname) (ALERTS{alertname="${name}", alertstate="firing"})`,
      eval_time: '5m',
      exp_samples: firing.some((one) => one === name) ? [{ labels: `{alertname="${name}"}`, value: 1 }] : [],
    }));
    const tests = [{ interval: '15s', input_series: seriesOf(perSecond), promql_expr_test: expected }];
    expect(provisioned.testRulesWith({ evaluation_interval: '15s', tests })).toMatchObject({ status: 0 });
  } finally {
    provisioned.remove();
  }
});
