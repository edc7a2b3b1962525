import { realtimeMetrics } from '../../catalog/realtime.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import { counter } from '../../promql/series.ts';
import { indented } from '../../promql/window.ts';
import { CHOSEN, grown, rate } from '../panels/query.ts';

const { errors: applicationErrors } = realtimeMetrics();
const { errors: socketErrors, messages } = webSocketMetrics('server');

/** Errors observed on sockets count as this component, as in `displayRealtimeMetrics()`. */
const SOCKETS = 'websocket';

/** Stands for all components beyond the cap. */
const OTHER = '_other';

/**
 * Errors ÷ messages, as `displayRealtimeMetrics().errors.rate`: 1 with errors and no message, nothing with neither.
 *
 * @param by `job` and `instance`, or nothing
 */
export function errorRatio(by: readonly string[] = []): string {
  const sum = by.length === 0 ? 'sum' : `sum by (${by.join(', ')}) `;
  const errors = `${sum}(\n${indented([grown(applicationErrors), grown(socketErrors)].join('\nor\n'))}\n) / $__rate_interval`;
  const traffic = rate(messages, { by });
  return [`${errors} / (${traffic} > 0)`, `0 * (${traffic} > 0)`, `0 * (${errors} > 0) + 1`].join('\nor\n');
}

/** Errors of application and sockets since the start, by component. */
export function errorsByComponent(): string {
  const application = `label_replace(${counter(applicationErrors, CHOSEN)}, "component", "${OTHER}", "component", "")`;
  const sockets = `label_replace(${counter(socketErrors, CHOSEN)}, "component", "${SOCKETS}", "component", "")`;
  return `sum by (component) (\n${indented([application, 'or', sockets].join('\n'))}\n)`;
}

/** Errors of application and sockets since the start. */
export function errorsSinceStart(): string {
  return `sum(${counter(applicationErrors, CHOSEN)} or ${counter(socketErrors, CHOSEN)})`;
}
