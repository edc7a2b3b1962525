import { realtimeMetrics } from '../../catalog/realtime.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import { counter } from '../../promql/series.ts';
import { indented } from '../../promql/window.ts';
import { CHOSEN, exactIncrease, grown, named } from '../panels/query.ts';

const { errors: applicationErrors } = realtimeMetrics();
const { errors: socketErrors, messages } = webSocketMetrics('server');

/** Errors observed on sockets count as this component, as in `displayRealtimeMetrics()`. */
const SOCKETS = 'websocket';

/** Stands for all components beyond the cap. */
const OTHER = '_other';

/**
 * Errors ÷ messages, as `displayRealtimeMetrics().errors.rate`: 1 with errors and no message, nothing with neither. Both are counted in
 * one way: what `rate()` divides by in the first minutes of a process differs from store to store.
 *
 * @param by `job` and `instance`, or nothing
 */
export function errorRatio(by: readonly string[] = []): string {
  const sum = by.length === 0 ? 'sum' : `sum by (${by.join(', ')}) `;
  const errors = `${sum}(\n${indented([grown(applicationErrors), grown(socketErrors)].join('\nor\n'))}\n)`;
  const traffic = exactIncrease(messages, { by });
  return [`${errors} / (${traffic} > 0)`, `0 * (${traffic} > 0)`, `0 * (${errors} > 0) + 1`].join('\nor\n');
}

/** Errors of application and sockets since the start, by component. */
export function errorsByComponent(): string {
  const application = named(counter(applicationErrors, CHOSEN), 'component', OTHER);
  const sockets = named(counter(socketErrors, CHOSEN), 'component', SOCKETS);
  return `sum by (component) (\n${indented([application, 'or', sockets].join('\n'))}\n)`;
}

/** Errors of application and sockets since the start. */
export function errorsSinceStart(): string {
  return `sum(${counter(applicationErrors, CHOSEN)} or ${counter(socketErrors, CHOSEN)})`;
}
