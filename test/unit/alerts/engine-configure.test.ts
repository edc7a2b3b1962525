import { rulesOf } from '../../../src/alerts/rules.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { aRule } from '../../support/alert-rule.ts';
import { RUNBOOK, activeAlerts, startAlerting } from '../../support/alerting.ts';

describe('AlertEngine.configure', () => {
  const long = (more: Parameters<typeof aRule>[0] = {}) => aRule({ keepFiringForMs: 5000, ...more });

  it('goes on with the new threshold, and tells nothing twice', () => {
    const alerting = startAlerting([long()]);
    alerting.realtime.updateQueueSize('jobs', 200);
    expect(alerting.pass(3)).toEqual(['queue_is_long firing']);
    alerting.engine.configure([long({ threshold: 150 })], RUNBOOK);
    expect(alerting.pass(3)).toEqual([]);
    expect(alerting.alert('queue_is_long')).toMatchObject({ state: 'firing', threshold: 150 });
    alerting.engine.configure([long({ threshold: 300 })], RUNBOOK);
    expect(alerting.pass(6)).toEqual(['queue_is_long resolved']);
  });

  it('goes on with a pending one: what it has waited counts', () => {
    const alerting = startAlerting([long({ forMs: 10_000 })]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(5);
    alerting.engine.configure([long({ forMs: 8000, threshold: 150 })], RUNBOOK);
    expect(alerting.pass(3)).toEqual([]);
    expect(alerting.pass(1)).toEqual(['queue_is_long firing']);
  });

  it('goes on with another measure of the same rule', () => {
    const alerting = startAlerting([long()]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(1);
    alerting.engine.configure([long({ measure: { kind: 'silence' }, threshold: 1e9 })], RUNBOOK);
    expect(alerting.pass(6)).toEqual(['queue_is_long resolved']);
  });

  it('resolves what fires by a rule that is gone, at once, and remembers it for 5 minutes', () => {
    const alerting = startAlerting([long(), long({ name: 'other', labels: { team: 'a' } })]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(1);
    alerting.engine.configure([long({ name: 'other', labels: { team: 'a' } })], RUNBOOK);
    expect(alerting.states()).toEqual(['queue_is_long firing', 'other firing']);
    expect(alerting.pass(1)).toEqual(['queue_is_long resolved']);
    expect(alerting.alert('queue_is_long')?.description).toBe(
      'The rule is no longer configured; queue size (queue=jobs) was 200. The alert lasted 1 s.',
    );
    expect(activeAlerts(alerting)).toEqual({ 'queue_is_long warning': null, 'other warning': 1 });
    alerting.pass(299);
    expect(alerting.states()).toEqual(['queue_is_long resolved', 'other firing']);
    alerting.pass(3);
    expect(alerting.states()).toEqual(['other firing']);
    expect(alerting.told).toEqual(['queue_is_long firing', 'other firing', 'queue_is_long resolved']);
  });

  it.each([
    ['severity', { severity: 'critical' } as const],
    ['labels', { labels: { team: 'b' } }],
    ['name', { name: 'renamed' }],
  ])('takes a rule of another %s for another rule', (_, more) => {
    const alerting = startAlerting([long()]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(1);
    alerting.engine.configure([long(more)], RUNBOOK);
    expect(alerting.pass(1)).toEqual(['queue_is_long resolved', `${long(more).name} firing`]);
  });

  it('forgets a pending one whose rule is gone', () => {
    const alerting = startAlerting([long({ forMs: 10_000 })]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(5);
    alerting.engine.configure([], RUNBOOK);
    alerting.pass(1);
    expect(alerting.states()).toEqual([]);
    alerting.engine.configure([long({ forMs: 10_000 })], RUNBOOK);
    expect(alerting.pass(10)).toEqual([]);
    expect(alerting.pass(1)).toEqual(['queue_is_long firing']);
  });

  it('goes on as if nothing had been where a rule is away between two evaluations only', () => {
    const alerting = startAlerting([long()]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(1);
    alerting.engine.configure([], RUNBOOK);
    alerting.engine.configure([long()], RUNBOOK);
    expect(alerting.pass(5)).toEqual([]);
    expect(activeAlerts(alerting)).toEqual({ 'queue_is_long warning': 1 });
  });

  it('begins anew with a rule that comes back later', () => {
    const alerting = startAlerting([long({ forMs: 2000 })]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(3);
    alerting.engine.configure([], RUNBOOK);
    alerting.pass(10);
    alerting.engine.configure([long({ forMs: 2000 })], RUNBOOK);
    expect(alerting.pass(1)).toEqual([]);
    expect(alerting.states()).toEqual(['queue_is_long pending']);
    expect(alerting.pass(2)).toEqual(['queue_is_long firing']);
    expect(alerting.alert('queue_is_long')?.description).toBe('Queue size (queue=jobs) is 200, above 100 for 2 s.');
  });

  it('takes the new address of the runbooks', () => {
    const alerting = startAlerting([long()]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(1);
    alerting.engine.configure([long()], 'https://example.com/other/{alert}');
    expect(alerting.alert('queue_is_long')?.runbookUrl).toBe('https://example.com/other/queue_is_long');
  });

  it('does not count what was there before a counter was first watched', () => {
    const counted = (metric: string) =>
      aRule({ name: metric, measure: { kind: 'counter', metric, statistic: 'increase' }, threshold: 5 });
    const alerting = startAlerting([]);
    alerting.realtime.recordError('db', 'error');
    const loud = alerting.client.messages;
    loud.at(['receive', 'text', undefined]).add(1000);
    alerting.pass(5);
    alerting.engine.configure([counted('websocket.client.messages')], RUNBOOK);
    alerting.clock.advance(1000);
    expect(alerting.pass(1)).toEqual([]);
    loud.at(['receive', 'text', undefined]).add(6);
    expect(alerting.pass(1)).toEqual(['websocket.client.messages firing']);
    expect(alerting.alert('websocket.client.messages')?.value).toBe(6);
  });

  it('takes all that the configuration can say', () => {
    const alerting = startAlerting([]);
    const { alerts } = resolveConfig('test', {});
    expect(() => {
      alerting.engine.configure(rulesOf(alerts), alerts.runbook_url);
    }).not.toThrow();
    expect(alerting.pass(5)).toEqual([]);
    expect(Object.keys(activeAlerts(alerting))).toHaveLength(8);
  });
});
