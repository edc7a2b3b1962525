/** One line of a summary: what it is about, and the figures. */
export interface Row {
  readonly label: string;
  readonly text: string;
}

/** What a screen writes to, such as `process.stdout`. Size and `isTTY` are only known of a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Width of a stream that is no terminal, and of a terminal that does not tell. */
const DEFAULT_COLUMNS = 80;

const LABEL_COLUMNS = 13;

/** A stream to which lines are written, and which on a terminal also shows a block of rows that is drawn again in place. */
export class Screen {
  /** Whether rows are drawn in place; else the stream only takes lines. */
  readonly live: boolean;
  readonly #stream: Output;
  readonly #colored: boolean;
  readonly #showCursor = (): void => void this.#stream.write('\x1b[?25h');
  /** Length of each row on the screen now. */
  #drawn: readonly number[] = [];

  /** @param environment `TERM=dumb` turns drawing off, `NO_COLOR` colours (no-color.org) */
  constructor(stream: Output, environment: NodeJS.ProcessEnv = process.env) {
    this.#stream = stream;
    this.live = stream.isTTY === true && environment['TERM'] !== 'dumb';
    this.#colored = this.live && !environment['NO_COLOR'];
    if (!this.live) return;
    stream.write('\x1b[?25l');
    // also where the process is ended from within
    process.once('exit', this.#showCursor);
  }

  /** Columns that the text of a row may have. */
  get textColumns(): number {
    return this.#columns - LABEL_COLUMNS - 1;
  }

  /** Writes a line; above the rows where there are some. */
  print(line: string): void {
    this.#stream.write(`${this.#toTop()}${line}\n`);
    this.#drawn = [];
  }

  /** Draws the rows, in place of those drawn before. */
  draw(rows: readonly Row[]): void {
    const visible = this.live ? rows.slice(0, Math.max(1, this.#rows - 1)) : rows;
    const lines = visible.map(({ label, text }) => [label.padEnd(LABEL_COLUMNS), cut(text, this.textColumns)] as const);
    const painted = lines.map(([label, text]) => (this.#colored ? `\x1b[2m${label}\x1b[22m${text}` : label + text));
    const end = this.live ? '\x1b[K\n' : '\n';
    this.#stream.write(this.#toTop() + painted.map((line) => line + end).join(''));
    this.#drawn = this.live ? lines.map(([label, text]) => label.length + text.length) : [];
  }

  /** Leaves what is drawn where it is. */
  close(): void {
    if (!this.live) return;
    process.off('exit', this.#showCursor);
    this.#showCursor();
  }

  /** Back to the first of the rows; a terminal that became narrower has broken them into more. */
  #toTop(): string {
    if (this.#drawn.length === 0) return '';
    const columns = this.#columns;
    const lines = this.#drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / columns)), 0);
    return `\x1b[${lines}A\r\x1b[J`;
  }

  get #columns(): number {
    return this.#stream.columns || DEFAULT_COLUMNS;
  }

  get #rows(): number {
    return this.#stream.rows || Infinity;
  }
}

function cut(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, Math.max(0, columns - 1))}…` : text;
}
