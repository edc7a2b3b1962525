import { aRule } from '../../support/alert-rule.ts';
import { RUNBOOK, activeAlerts, startAlerting } from '../../support/alerting.ts';
import { createRecording } from '../../support/recording.ts';
import { AlertEngine } from '../../../src/alerts/engine.ts';

describe('AlertEngine', () => {
  it('says since when, on the clock of the system', () => {
    const alerting = startAlerting([aRule({ forMs: 3000 })]);
    const start = Date.UTC(2026, 0, 1);
    alerting.pass(10);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(1);
    expect(alerting.alert('queue_is_long')).toMatchObject({
      state: 'pending',
      startsAtMs: start + 10_000,
      sinceMs: start + 10_000,
    });
    alerting.pass(5);
    expect(alerting.alert('queue_is_long')).toMatchObject({
      state: 'firing',
      startsAtMs: start + 10_000,
      sinceMs: start + 13_000,
    });
    alerting.realtime.updateQueueSize('jobs', 0);
    alerting.pass(1);
    expect(alerting.alert('queue_is_long')).toMatchObject({
      state: 'resolved',
      startsAtMs: start + 10_000,
      sinceMs: start + 16_000,
    });
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(1);
    expect(alerting.alert('queue_is_long')).toMatchObject({ state: 'pending', startsAtMs: start + 17_000 });
  });

  it('does not end an alert before it began where the system clock is put back', () => {
    const { recorder, clock, realtime } = createRecording();
    const engine = new AlertEngine(recorder, { job: 'chat', instance: 'host-1' });
    engine.configure([aRule({})], RUNBOOK);
    realtime.updateQueueSize('jobs', 200);
    engine.evaluate();
    const startsAtMs = engine.alerts[0]?.startsAtMs;
    clock.epochMs = () => Date.UTC(2020, 0, 1);
    realtime.updateQueueSize('jobs', 0);
    clock.advance(60_000);
    engine.evaluate();
    expect(engine.alerts[0]).toMatchObject({ state: 'resolved', startsAtMs, sinceMs: startsAtMs });
  });

  it('says whether an alert began to fire or is over', () => {
    const { engine, realtime, clock } = startAlerting([
      aRule({ forMs: 1000 }),
      aRule({ name: 'other', threshold: 1e9 }),
    ]);
    const evaluate = (size: number): boolean => {
      realtime.updateQueueSize('jobs', size);
      clock.advance(1000);
      return engine.evaluate();
    };
    expect([0, 200, 200, 200, 0, 0, 200, 0].map(evaluate)).toEqual([
      false,
      false,
      true,
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it('says so of the first alert too where the last has not changed', () => {
    const { engine, realtime } = startAlerting([aRule({}), aRule({ name: 'always', threshold: 0 })]);
    realtime.updateQueueSize('jobs', 50);
    expect([engine.evaluate(), engine.evaluate()]).toEqual([true, false]);
    realtime.updateQueueSize('jobs', 200);
    expect([engine.evaluate(), engine.evaluate()]).toEqual([true, false]);
  });

  it('gives an alert the fingerprint of its labels, without empty ones', () => {
    const { recorder, realtime } = createRecording();
    const engine = new AlertEngine(recorder, { job: '', instance: 'host-1' });
    engine.configure([aRule({ labels: { team: '' } })], RUNBOOK);
    realtime.updateQueueSize('jobs', 200);
    engine.evaluate();
    expect(engine.alerts[0]?.labels).toEqual({
      alertname: 'queue_is_long',
      severity: 'warning',
      rule: 'queue_is_long',
      instance: 'host-1',
      queue: 'jobs',
    });
    expect(engine.alerts[0]?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('counts what fires, 0 where nothing does', () => {
    const alerting = startAlerting([
      aRule({}),
      aRule({ severity: 'critical', threshold: 1000 }),
      aRule({ labels: { team: 'b' }, threshold: 150 }),
    ]);
    expect(activeAlerts(alerting)).toEqual({ 'queue_is_long warning': 0, 'queue_is_long critical': 0 });
    for (const [name, size] of [
      ['a', 120],
      ['b', 200],
      ['c', 2000],
    ] as const)
      alerting.realtime.updateQueueSize(name, size);
    alerting.pass(1);
    expect(activeAlerts(alerting)).toEqual({ 'queue_is_long warning': 5, 'queue_is_long critical': 1 });
    for (const name of ['a', 'b', 'c']) alerting.realtime.updateQueueSize(name, 0);
    alerting.pass(1);
    expect(activeAlerts(alerting)).toEqual({ 'queue_is_long warning': 0, 'queue_is_long critical': 0 });
  });

  it('tells every name apart, whatever the cap on label values from outside', () => {
    const rules = Array.from({ length: 120 }, (_, index) => aRule({ name: `rule_${index}` }));
    const alerting = startAlerting(rules);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(2);
    expect(
      Object.entries(activeAlerts(alerting)).filter(
        ([name, firing]) => /^rule_\d+ warning$/.test(name) && firing === 1,
      ),
    ).toHaveLength(120);
  });

  it('lets the first of two rules alike count, and says so once', () => {
    const rules = [aRule({ threshold: 100 }), aRule({ threshold: 10 })];
    const alerting = startAlerting(rules);
    alerting.engine.configure(rules, RUNBOOK);
    alerting.realtime.updateQueueSize('jobs', 50);
    expect(alerting.pass(1)).toEqual([]);
    expect(alerting.log.lines).toEqual([
      'warn two alert rules are called queue_is_long and have the same severity and labels; the first counts (alerts.rules)',
    ]);
  });

  it('makes one alert of what two rules would give the same labels', () => {
    const alerting = startAlerting([
      aRule({ labels: { queue: 'jobs' }, measure: { kind: 'silence' }, threshold: -1 }),
      aRule({}),
    ]);
    alerting.realtime.updateQueueSize('mails', 200);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(3);
    expect(alerting.engine.alerts.map(({ labels }) => labels['queue'])).toEqual(['jobs', 'mails']);
    const fingerprints = alerting.engine.alerts.map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(2);
  });

  it('holds nothing for series that are well, and forgets those that were resolved', () => {
    const alerting = startAlerting([aRule({})]);
    for (let queue = 0; queue < 90; queue++) alerting.realtime.updateQueueSize(`q${queue}`, queue < 45 ? 200 : 0);
    alerting.pass(1);
    expect(alerting.engine.alerts).toHaveLength(45);
    for (let queue = 0; queue < 90; queue++) alerting.realtime.updateQueueSize(`q${queue}`, 0);
    alerting.pass(300);
    expect(alerting.engine.alerts).toHaveLength(45);
    alerting.pass(2);
    expect(alerting.engine.alerts).toHaveLength(0);
  });

  it('survives values that no rule was made for', () => {
    const alerting = startAlerting([
      aRule({ threshold: NaN }),
      aRule({ name: 'infinite', threshold: -Infinity, forMs: NaN }),
      aRule({ name: 'plain', threshold: 0 }),
    ]);
    const sizes = alerting.realtime.queues;
    for (const value of [NaN, Infinity, -Infinity, Number.MAX_VALUE, 5e-324]) sizes.at([String(value)]).set(value);
    expect(() => alerting.pass(3)).not.toThrow();
    expect(alerting.engine.alerts.filter(({ name }) => name === 'plain').map(({ labels }) => labels['queue'])).toEqual([
      'Infinity',
      String(Number.MAX_VALUE),
      '5e-324',
    ]);
  });

  it('forgets everything when it is closed', () => {
    const alerting = startAlerting([aRule({})]);
    alerting.realtime.updateQueueSize('jobs', 200);
    alerting.pass(1);
    alerting.engine.close();
    alerting.engine.configure([aRule({})], RUNBOOK);
    expect(alerting.engine.evaluate()).toBe(false);
    expect(alerting.engine.alerts).toEqual([]);
    expect(activeAlerts(alerting)).toEqual({ 'queue_is_long warning': null });
  });
});
