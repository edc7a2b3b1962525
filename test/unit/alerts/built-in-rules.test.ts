import { processMetrics } from '../../../src/catalog/process.ts';
import { rulesOfSection, startAlerting } from '../../support/alerting.ts';

const times = (count: number, what: () => void): void => {
  for (let done = 0; done < count; done++) what();
};

describe('the built-in rules', () => {
  it('raise the warning, then the critical of application latency, and end both together', () => {
    const alerting = startAlerting();
    const latency = (milliseconds: number) => () => {
      times(20, () => {
        alerting.realtime.recordLatency(milliseconds);
      });
    };
    expect(alerting.pass(100, latency(200))).toEqual([]);
    expect(alerting.pass(100, latency(2000))).toEqual(['high_latency firing']);
    expect(alerting.alert('high_latency')).toMatchObject({
      severity: 'warning',
      state: 'firing',
      value: 2000,
      threshold: 1000,
      unit: 'ms',
      labels: {
        alertname: 'high_latency',
        severity: 'warning',
        rule: 'latency',
        job: 'chat',
        instance: 'host-1',
        source: 'app',
      },
      summary: 'Application latency is high',
      runbookUrl: 'https://example.com/runbooks#high_latency',
    });
    expect(alerting.alert('high_latency')?.description).toMatch(/^p95 application latency is 2 s, above 1 s for 1 min/);
    expect(alerting.pass(100, latency(8000))).toEqual(['critical_latency firing']);
    expect(alerting.states()).toEqual(['high_latency firing', 'critical_latency firing']);
    expect(alerting.pass(100, latency(200))).toEqual(['high_latency resolved', 'critical_latency resolved']);
    expect(alerting.alert('high_latency')?.description).toMatch(
      /^p95 application latency is 200 ms, no longer above 1 s\. The alert lasted \d min \d+ s\.$/,
    );
    expect(alerting.pass(310, latency(200))).toEqual([]);
    expect(alerting.states()).toEqual([]);
  });

  it('tell only the critical of a sudden step', () => {
    const alerting = startAlerting();
    const notices = alerting.pass(30, () => {
      times(20, () => {
        alerting.realtime.recordLatency(9000);
      });
    });
    expect(notices).toEqual(['critical_latency firing']);
  });

  it('keep handler time apart from application latency', () => {
    const alerting = startAlerting();
    alerting.pass(30, () => {
      times(20, () => {
        alerting.realtime.recordLatency(100);
        alerting.server.messageProcessed(2, undefined);
      });
    });
    expect(
      alerting.engine.alerts.map(({ name, state, labels, summary }) => [name, state, labels['source'], summary]),
    ).toEqual([['high_latency', 'firing', 'handler', 'Message handler time is high']]);
    alerting.pass(30, () => {
      times(100, () => {
        alerting.realtime.recordLatency(1500);
      });
    });
    expect(alerting.engine.alerts.map(({ labels, state }) => [labels['source'], state])).toEqual([
      ['app', 'firing'],
      ['handler', 'firing'],
    ]);
  });

  it('watch another statistic of latency where that is asked for', () => {
    const alerting = startAlerting(rulesOfSection({ latency_statistic: 'avg', for_ms: 0 }));
    times(99, () => {
      alerting.realtime.recordLatency(990);
    });
    expect(alerting.pass(1)).toEqual([]);
    alerting.realtime.recordLatency(60_000);
    expect(alerting.pass(1)).toEqual(['high_latency firing']);
    expect(alerting.alert('high_latency')?.value).toBeCloseTo(1580.1, 5);
  });

  it('say nothing of a window with too few observations, and end when there are too few', () => {
    const alerting = startAlerting(rulesOfSection({ min_observations: 10, for_ms: 0, keep_firing_for_ms: 0 }));
    times(9, () => {
      alerting.realtime.recordLatency(2000);
    });
    expect(alerting.pass(5)).toEqual([]);
    alerting.realtime.recordLatency(2000);
    expect(alerting.pass(5)).toEqual(['high_latency firing']);
    expect(alerting.pass(70)).toEqual(['high_latency resolved']);
    expect(alerting.alert('high_latency')).toMatchObject({ value: 2000, state: 'resolved' });
    expect(alerting.alert('high_latency')?.description).toContain('has no value any more; the last was 2 s');
  });

  it('raise the error rate', () => {
    const alerting = startAlerting(rulesOfSection({ for_ms: 5000, keep_firing_for_ms: 0 }));
    const traffic = (errors: number) => () => {
      times(100, () => {
        alerting.realtime.recordMessage('incoming', 1, 'text');
      });
      times(errors, () => {
        alerting.realtime.recordError('db', 'error');
      });
    };
    expect(alerting.pass(100, traffic(4))).toEqual([]);
    expect(alerting.pass(70, traffic(7))).toEqual(['high_error_rate firing']);
    expect(alerting.alert('high_error_rate')).toMatchObject({ value: 7, threshold: 5, unit: '%' });
    expect(alerting.pass(70, traffic(20))).toEqual(['critical_error_rate firing']);
    expect(alerting.pass(70, traffic(0))).toEqual(['critical_error_rate resolved', 'high_error_rate resolved']);
  });

  it('raise memory and the delay of the event loop, and hold them within the hysteresis band', () => {
    const alerting = startAlerting();
    const memory = alerting.recorder.gauge(processMetrics.memoryUtilization).at([]);
    const delay = alerting.recorder.gauge(processMetrics.eventLoopDelayP99).at([]);
    expect(alerting.pass(15)).toEqual([]);
    memory.set(0.8);
    delay.set(0.3);
    expect(alerting.pass(11)).toEqual(['high_memory firing', 'high_event_loop_delay firing']);
    expect(alerting.alert('high_memory')).toMatchObject({ value: 80, threshold: 75, unit: '%' });
    expect(alerting.alert('high_event_loop_delay')).toMatchObject({ value: 300, threshold: 200, unit: 'ms' });
    memory.set(0.68);
    delay.set(0.181);
    expect(alerting.pass(600)).toEqual([]);
    memory.set(0.67);
    delay.set(0.18);
    expect(alerting.pass(12)).toEqual(['high_memory resolved', 'high_event_loop_delay resolved']);
  });

  it('watch each queue apart', () => {
    const alerting = startAlerting(rulesOfSection({ thresholds: { queue_size_warning: 100 }, for_ms: 3000 }));
    alerting.realtime.updateQueueSize('jobs', 150);
    alerting.realtime.updateQueueSize('mails', 99);
    expect(alerting.pass(4)).toEqual(['high_queue_size firing']);
    alerting.realtime.updateQueueSize('mails', 500);
    expect(alerting.pass(4)).toEqual(['critical_queue_size firing']);
    expect(alerting.engine.alerts.map(({ name, labels, value }) => [name, labels['queue'], value])).toEqual([
      ['high_queue_size', 'jobs', 150],
      ['high_queue_size', 'mails', 500],
      ['critical_queue_size', 'mails', 500],
    ]);
    expect(alerting.alert('high_queue_size')).toMatchObject({
      summary: 'A queue is long (queue=jobs)',
      description: 'Queue size (queue=jobs) is 150, above 100 for 7 s.',
    });
    alerting.realtime.updateQueueSize('jobs', 0);
    expect(alerting.pass(11)).toEqual(['high_queue_size resolved']);
  });

  it('miss traffic, and are content with the first message', () => {
    const alerting = startAlerting(
      rulesOfSection({ thresholds: { no_traffic_warning_ms: 30_000 }, for_ms: 0, keep_firing_for_ms: 0 }),
    );
    expect(alerting.pass(30)).toEqual([]);
    expect(alerting.pass(1)).toEqual(['no_traffic firing']);
    expect(alerting.alert('no_traffic')).toMatchObject({ value: 30_000, threshold: 30_000, unit: 'ms' });
    expect(alerting.pass(120)).toEqual(['critical_no_traffic firing']);
    alerting.realtime.recordMessage('incoming', 1, 'text');
    expect(alerting.pass(1)).toEqual(['no_traffic resolved', 'critical_no_traffic resolved']);
    expect(alerting.pass(29)).toEqual([]);
    expect(alerting.pass(1)).toEqual(['no_traffic firing']);
  });
});
