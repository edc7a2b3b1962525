// What is shown: on a terminal a table that is drawn again in place, elsewhere a line now and then.

const LINE_EVERY_MS = 5000;
const WIDTHS = [18, 18, 18, 14];
/** Below the table: an empty one, what runs, what is going on. */
const STATUS_LINES = 3;

/** `1234567` → `1,234,567`. */
export function formatCount(count) {
  return count.toLocaleString('en-US');
}

/** `64.2 MB`, in decimal units. */
export function formatBytes(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Sums of messages and bytes over all processes. */
export function totalOf(counts) {
  const total = { messages: 0, bytes: 0 };
  for (const { messages, bytes } of counts.values()) {
    total.messages += messages;
    total.bytes += bytes;
  }
  return total;
}

/**
 * The lines of the table.
 *
 * @param {object} state
 * @param {string[]} state.names of the processes that run
 * @param {Map<string, { messages: number, bytes: number }>} state.counted by the clients
 * @param {Map<string, { messages: number, bytes: number }> | undefined} state.stored undefined: the store does not answer
 * @param {{ collector: boolean, store: boolean }} state.running
 * @param {string} state.note what is going on
 * @returns {string[]}
 */
function tableLines({ names, counted, stored, running, note }) {
  const cells = (label, ofClients, ofStore, difference) =>
    [
      label.padEnd(WIDTHS[0]),
      ...[ofClients, ofStore, difference].map((text, at) => text.padStart(WIDTHS[at + 1])),
    ].join('');
  const row = (label, instances) => {
    const sumOf = (counts) => instances.reduce((sum, name) => sum + (counts.get(name)?.messages ?? 0), 0);
    const clients = sumOf(counted);
    if (!stored) return cells(label, formatCount(clients), 'no answer', '–');
    const inStore = sumOf(stored);
    return cells(label, formatCount(clients), formatCount(inStore), formatCount(clients - inStore));
  };
  const ended = [...counted.keys()].filter((name) => !names.includes(name));
  const clients = totalOf(counted);
  const inStore = stored && totalOf(stored);
  return [
    cells('messages', 'clients counted', 'in the store', 'difference'),
    ...names.map((name) => row(name, [name])),
    ...(ended.length > 0 ? [row(`${ended.length} replaced`, ended)] : []),
    row('all', [...counted.keys()]),
    cells(
      'payload',
      formatBytes(clients.bytes),
      inStore ? formatBytes(inStore.bytes) : 'no answer',
      inStore ? formatBytes(Math.max(0, clients.bytes - inStore.bytes)) : '–',
    ),
    '',
    `collector ${running.collector ? 'running' : 'killed '}   store ${running.store ? 'running' : 'killed '}`,
    note,
  ];
}

export class Screen {
  #stream = process.stdout;
  #drawn = 0;
  #lastLineMs = -Infinity;

  get isTerminal() {
    return this.#stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  /** Writes a line above the table. */
  print(line) {
    this.#clear();
    this.#stream.write(`${line}\n`);
  }

  /** @param {Parameters<typeof tableLines>[0]} state */
  draw(state) {
    if (this.isTerminal) {
      const room = Math.max(1, (this.#stream.rows || Infinity) - 1);
      const columns = this.#stream.columns || 80;
      const all = tableLines(state);
      // the end says most
      const lines = all.slice(Math.max(0, all.length - room)).map((line) => line.slice(0, columns - 1));
      this.#clear();
      this.#stream.write(lines.map((line) => `${line}\n`).join(''));
      this.#drawn = lines.length;
    } else if (performance.now() - this.#lastLineMs > LINE_EVERY_MS) {
      this.#lastLineMs = performance.now();
      const clients = totalOf(state.counted).messages;
      const inStore = state.stored && totalOf(state.stored).messages;
      const held = inStore === undefined ? 'the store does not answer' : `${formatCount(inStore)} are in the store`;
      this.#stream.write(`${formatCount(clients)} messages counted by the clients, ${held}\n`);
    }
  }

  /**
   * Leaves the whole table where it is, above a last line.
   *
   * @param {Parameters<typeof tableLines>[0]} state
   * @param {string} line
   */
  conclude(state, line) {
    this.#clear();
    // what runs is of no more interest
    const lines = tableLines(state).slice(0, -STATUS_LINES);
    this.#stream.write(`${[...lines, '', line].join('\n')}\n`);
  }

  #clear() {
    if (this.#drawn > 0) this.#stream.write(`\x1b[${this.#drawn}A\r\x1b[J`);
    this.#drawn = 0;
  }
}
