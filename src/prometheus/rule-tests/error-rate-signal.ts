import { realtimeMetrics } from '../../catalog/realtime.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import { nameOf } from '../../promql/series.ts';
import type { Metric } from '../../promql/series.ts';
import { attributesOf } from './gauge-signal.ts';
import { levelValue } from './level.ts';
import type { Level } from './level.ts';
import { grown, observationsAt, stepsIn, totals } from './signal.ts';
import type { InputSeries, Signal, SignalContext } from './signal.ts';

const { messages, errors: socketErrors } = webSocketMetrics('server');
const { errors: applicationErrors } = realtimeMetrics();

/** Messages, and errors of both kinds in equal parts; `few` are errors without a message. */
export function errorRateSignal(levels: readonly Level[], context: SignalContext): Signal {
  const { rule, window } = context;
  const steps = stepsIn(window.rangeMs, window);
  const observations = observationsAt(levels, context, steps);
  const messageCounts = totals(observations.map((count, step) => (levels[step] === 'few' ? 0 : count)));
  const half = totals(
    observations.map((count, step) => {
      const level = levels[step] as Level;
      return (count * (level === 'few' ? 1 : levelValue(rule, level, true))) / 2;
    }),
  );
  const series = (metric: Metric, values: readonly number[]): InputSeries => ({
    name: nameOf(metric),
    labels: attributesOf(metric),
    values,
  });
  return {
    series: [series(messages, messageCounts), series(applicationErrors, half), series(socketErrors, half)],
    observed: levels.map((_, step) => {
      const received = grown(messageCounts, step, steps);
      const failed = 2 * grown(half, step, steps);
      const value = received > 0 ? failed / received : failed > 0 ? 1 : null;
      return { value, observations: Math.max(received, failed) };
    }),
  };
}
