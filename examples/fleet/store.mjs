/** How far back the store is asked for the last figures of processes that have ended. */
const LONGEST_RUN = '1d';
const TIMEOUT_MS = 2000;

/**
 * What a store holds of each process, those that have ended included: messages and payload bytes in both directions.
 *
 * @param {string} url of a VictoriaMetrics or Prometheus
 * @param {string[]} names of the processes
 * @returns {Promise<Map<string, { messages: number, bytes: number }> | undefined>} by name; undefined: it does not answer
 */
export async function storedCounts(url, names) {
  try {
    const [messages, bytes] = await Promise.all([
      sumByInstance(url, 'websocket_server_messages_total'),
      sumByInstance(url, 'websocket_server_io_bytes_total'),
    ]);
    const countsOf = (name) => ({ messages: messages.get(name) ?? 0, bytes: bytes.get(name) ?? 0 });
    return new Map(names.map((name) => [name, countsOf(name)]));
  } catch {
    return undefined;
  }
}

async function sumByInstance(url, metric) {
  const query = `sum by (instance) (last_over_time(${metric}[${LONGEST_RUN}]))`;
  // stores answer for whole seconds: for the next, or the last push might come after it
  const time = Math.ceil(Date.now() / 1000) + 1;
  const parameters = new URLSearchParams({ query, time: String(time), nocache: '1' });
  const answer = await fetch(`${url}/api/v1/query?${parameters}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const { data } = /** @type {any} */ (await answer.json());
  return new Map(data.result.map(({ metric: { instance }, value }) => [instance, Number(value[1])]));
}
