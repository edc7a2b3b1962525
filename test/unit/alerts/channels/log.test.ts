import type { LogDetails } from '../../../../src/base/logger.ts';
import { LineLogger } from '../../../../src/base/logger.ts';
import { LogChannel } from '../../../../src/alerts/channels/log.ts';
import { noticeOf } from '../../../support/alert-samples.ts';

/** A channel and what it has logged: level, message, details. */
function logged() {
  const lines: [level: string, message: string, details: LogDetails | undefined][] = [];
  const at = (level: string) => (message: string, details?: LogDetails) => void lines.push([level, message, details]);
  return {
    lines,
    channel: new LogChannel({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }),
  };
}

describe('LogChannel', () => {
  it('says in one line each what fires, how badly, and what is over', async () => {
    const { lines, channel } = logged();
    channel.notify([
      noticeOf('high_latency'),
      noticeOf('critical_memory', { severity: 'critical', value: 93.21684, threshold: 90, unit: '%' }),
      noticeOf('high_queue_size', { repeated: true, value: 12, threshold: 10.5, unit: '' }),
      noticeOf('critical_latency', { severity: 'critical', state: 'resolved', value: 0.000123456 }),
    ]);
    expect(lines.map(([level, message]) => `${level} ${message}`)).toEqual([
      'warn alert high_latency (warning) is firing: 1.52 s, threshold 1 s',
      'error alert critical_memory (critical) is firing: 93.2 %, threshold 90 %',
      'warn alert high_queue_size (warning) is still firing: 12, threshold 10.5',
      'info alert critical_latency (critical) is resolved: 0.123 µs, threshold 1 s',
    ]);
    await channel.close();
  });

  it('has the other labels as details, beside the names that a line of JSON has itself', () => {
    const lines: string[] = [];
    const channel = new LogChannel(new LineLogger({ level: 'info', format: 'json' }, (line) => lines.push(line)));
    const labels = {
      alertname: 'a',
      severity: 'warning',
      job: 'x\ny',
      level: 'high',
      time: 'noon',
      msg: 'm',
      logger: 'l',
    };
    channel.notify([noticeOf('a', { labels })]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lines[0]!)).toEqual({
      time: expect.stringMatching(/^\d{4}-/) as string,
      level: 'warn',
      logger: 'telemetry-dashboard',
      msg: 'alert a (warning) is firing: 1.52 s, threshold 1 s',
      job: 'x\ny',
      label_level: 'high',
      label_time: 'noon',
      label_msg: 'm',
      label_logger: 'l',
    });
  });

  it('goes on where the logger throws', () => {
    const { lines, channel } = logged();
    const throwing = new LogChannel({
      ...Object.fromEntries(['debug', 'info', 'error'].map((level) => [level, () => undefined])),
      warn: (message: string) => {
        lines.push(['warn', message, undefined]);
        throw new Error('full');
      },
    } as never);
    throwing.notify([noticeOf('a'), noticeOf('b')]);
    channel.notify([]);
    expect(lines).toHaveLength(2);
  });
});
