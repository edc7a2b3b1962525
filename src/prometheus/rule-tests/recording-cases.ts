import { realtimeMetrics } from '../../catalog/realtime.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import { processMetrics } from '../../catalog/process.ts';
import { promDuration } from '../../promql/duration.ts';
import { gauge, nameOf } from '../../promql/series.ts';
import type { Metric } from '../../promql/series.ts';
import { recorded } from '../recording-rules.ts';
import type { Level } from '../recording-rules.ts';
import type { RuleWindow } from '../rule-window.ts';
import { attributesOf } from './gauge-signal.ts';
import { stepsIn } from './signal.ts';
import type { InputSeries } from './signal.ts';
import { JOB, inputSeries, processSeries, seriesText } from './test-case.ts';
import type { ExpressionTest, Labels, TestCase } from './test-case.ts';

const { latency, errors: applicationErrors } = realtimeMetrics();
const { processDuration, messages, errors: socketErrors } = webSocketMetrics('server');

/** The recorded series, by figures that are exact. */
export function recordingCases(window: RuleWindow): TestCase[] {
  return [evenTraffic(window), firstErrors(window), restart(window), silentInstance(window)];
}

/** Two instances alike: what they record is known, and their job has as much of each sum twice. */
function evenTraffic(window: RuleWindow): TestCase {
  const steps = stepsIn(window.rangeMs, window);
  const length = 2 * steps + 2;
  const growing = (perStep: number): number[] => Array.from({ length }, (_, step) => perStep * step);
  const series = [
    of(messages, growing(64)),
    of(applicationErrors, growing(3)),
    of(socketErrors, growing(5)),
    ...[latency, processDuration].flatMap((metric) => [
      of(metric, growing(16), '_count'),
      of(metric, growing(4), '_sum'),
      of(metric, growing(0), '_bucket', { le: '0.125' }),
      of(metric, growing(16), '_bucket', { le: '0.25' }),
      of(metric, growing(16), '_bucket', { le: '+Inf' }),
    ]),
  ];
  const at = length - 1;
  return testCase('even traffic is recorded to the unit', window, {
    inputs: ['a', 'b'].flatMap((instance) => [
      ...processSeries(instance, length, window),
      ...inputSeries(series, instance),
    ]),
    expected: (['job_instance', 'job'] as const).flatMap((level) => {
      const names = recorded(level, window);
      const instances = level === 'job' ? [{}] : [{ instance: 'a' }, { instance: 'b' }];
      const sum = (perStep: number): number => perStep * steps * (level === 'job' ? 2 : 1);
      return [
        [names.messages, sum(64)],
        [names.messageRate, sum(64) / (window.rangeMs / 1000)],
        [names.applicationErrors, sum(3)],
        [names.socketErrors, sum(5)],
        [names.errors, sum(8)],
        [names.errorRatio, 0.125],
        ...[latency, processDuration].flatMap((metric): [string, number][] => [
          [names.observations(metric), sum(16)],
          [names.sum(metric), sum(4)],
          [names.latency(metric, 'avg'), 0.25],
          [names.latency(metric, 'p50'), 0.1875],
        ]),
      ]
        .map(([name, value]) => expected(String(name), Number(value), instances, at, window))
        .concat(
          [latency, processDuration].flatMap((metric) => distribution(metric, level, sum, instances, at, window)),
        );
    }),
  });
}

/** All observations lie in the bucket from 0.125 to 0.25. */
function distribution(
  metric: Metric,
  level: Level,
  sum: (perStep: number) => number,
  instances: readonly Labels[],
  at: number,
  window: RuleWindow,
): ExpressionTest[] {
  const names = recorded(level, window);
  const bucket = names.buckets(metric);
  const counts: readonly (readonly [le: string, count: number])[] = [
    ['0.125', 0],
    ['0.25', sum(16)],
    ['+Inf', sum(16)],
  ];
  const rounded = (statistic: 'p95' | 'p99', value: number): ExpressionTest => ({
    expr: `round(${names.latency(metric, statistic)}, 0.001)`,
    eval_time: promDuration(at * window.scrapeMs),
    exp_samples: instances.map((labels) => ({ labels: seriesText('', { job: JOB, ...labels }), value })),
  });
  return [
    {
      expr: bucket,
      eval_time: promDuration(at * window.scrapeMs),
      exp_samples: instances.flatMap((labels) =>
        counts.map(([le, value]) => ({ labels: seriesText(bucket, { job: JOB, ...labels, le }), value })),
      ),
    },
    rounded('p95', 0.244),
    rounded('p99', 0.249),
  ];
}

/** The first errors of a process come all at once: their series has no value before. */
function firstErrors(window: RuleWindow): TestCase {
  const steps = stepsIn(window.rangeMs, window);
  const first = steps + 1;
  const names = recorded('job_instance', window);
  const length = first + steps + 2;
  const sent = Array.from({ length }, (_, step) => 8 * step);
  const one = [{ instance: 'a' }];
  const inputs = [
    ...processSeries('a', length, window),
    ...inputSeries([of(messages, sent)], 'a'),
    {
      series: seriesText(nameOf(socketErrors), { job: JOB, instance: 'a', ...attributesOf(socketErrors) }),
      values: `_x${first} 7x${length - first - 1}`,
    },
  ];
  return testCase('the first errors of a process count from the first scrape that shows them', window, {
    inputs,
    expected: [
      expected(names.errorRatio, 0, one, first - 1, window),
      expected(names.errors, 7, one, first, window),
      expected(names.errorRatio, 7 / (8 * steps), one, first, window),
      expected(names.errors, 7, one, first + steps - 1, window),
      expected(names.errors, 0, one, first + steps, window),
    ],
  });
}

/** A process that is younger than the window has counted from 0; what the one before it has counted is left out. */
function restart(window: RuleWindow): TestCase {
  const steps = stepsIn(window.rangeMs, window);
  const before = steps + 1;
  const length = before + 2;
  const seconds = window.scrapeMs / 1000;
  const step = (values: (step: number) => number): number[] => Array.from({ length }, (_, index) => values(index));
  const names = recorded('job_instance', window);
  return testCase('a process that has just begun counts from 0', window, {
    inputs: inputSeries(
      [
        {
          name: gauge(processMetrics.uptime),
          labels: {},
          values: step((index) => (index < before ? 1_000_000 + index * seconds : (index - before + 0.5) * seconds)),
        },
        of(
          messages,
          step((index) => (index < before ? 5000 + 100 * index : 3 + 4 * (index - before))),
        ),
      ],
      'a',
    ),
    expected: [
      expected(names.messages, 100 * steps, [{ instance: 'a' }], before - 1, window),
      expected(names.messages, 3, [{ instance: 'a' }], before, window),
      expected(names.messages, 7, [{ instance: 'a' }], before + 1, window),
    ],
  });
}

/** An instance whose histograms hold nothing of the window has no latency, and no error rate. */
function silentInstance(window: RuleWindow): TestCase {
  const length = stepsIn(window.rangeMs, window) + 3;
  const still = Array.from({ length }, () => 12);
  const names = recorded('job_instance', window);
  const none = (name: string): ExpressionTest => ({ ...expected(name, 0, [], length - 1, window), exp_samples: [] });
  return testCase('an instance at rest has no latency and no error rate', window, {
    inputs: [
      ...processSeries('a', length, window),
      ...inputSeries(
        [
          of(messages, still),
          of(latency, still, '_count'),
          of(latency, still, '_sum'),
          of(latency, still, '_bucket', { le: '0.25' }),
          of(latency, still, '_bucket', { le: '+Inf' }),
        ],
        'a',
      ),
    ],
    expected: [
      none(names.errorRatio),
      none(names.latency(latency, 'avg')),
      none(names.latency(latency, 'p95')),
      expected(names.messages, 0, [{ instance: 'a' }], length - 1, window),
    ],
  });
}

function of(metric: Metric, values: readonly number[], suffix = '', labels: Record<string, string> = {}): InputSeries {
  return { name: `${nameOf(metric)}${suffix}`, labels: { ...attributesOf(metric), ...labels }, values };
}

function expected(
  name: string,
  value: number,
  instances: readonly Readonly<Record<string, string>>[],
  step: number,
  window: RuleWindow,
): ExpressionTest {
  return {
    expr: name,
    eval_time: promDuration(step * window.scrapeMs),
    exp_samples: instances.map((labels) => ({ labels: seriesText(name, { job: JOB, ...labels }), value })),
  };
}

function testCase(
  name: string,
  window: RuleWindow,
  { inputs, expected }: { inputs: TestCase['input_series']; expected: readonly ExpressionTest[] },
): TestCase {
  return { name, interval: promDuration(window.scrapeMs), input_series: inputs, promql_expr_test: expected };
}
