import { Screen } from '../../../src/cli/screen.ts';

const leftovers: (() => void)[] = [];
afterEach(() => {
  for (const close of leftovers.splice(0)) close();
});

interface Terminal {
  readonly screen: Screen;
  readonly size: { columns?: number; rows?: number };
  /** What was written since it was last asked. */
  readonly written: () => string;
}

function open(environment: NodeJS.ProcessEnv, kind: object = { isTTY: true, columns: 80, rows: 24 }): Terminal {
  const texts: string[] = [];
  const size = { write: (text: string) => texts.push(text), ...(kind as Terminal['size']) };
  const screen = new Screen(size, environment);
  leftovers.push(() => {
    screen.close();
  });
  return { screen, size, written: () => texts.splice(0).join('') };
}

const rows = [
  { label: 'messages', text: '643/s' },
  { label: 'latency', text: 'p50 2.85 ms' },
];

describe('Screen', () => {
  it('draws rows in place of those before', () => {
    const { screen, written } = open({ TERM: 'xterm' });
    screen.draw(rows);
    written();
    screen.draw(rows);
    expect(written()).toBe(
      '\x1b[2A\r\x1b[J\x1b[2mmessages     \x1b[22m643/s\x1b[K\n\x1b[2mlatency      \x1b[22mp50 2.85 ms\x1b[K\n',
    );
  });

  it('goes back over the lines that a narrower terminal has broken rows into', () => {
    const { screen, size, written } = open({ TERM: 'xterm' });
    screen.draw(rows);
    written();
    size.columns = 20;
    screen.draw(rows);
    expect(written()).toMatch(/^\x1b\[3A/);
  });

  it('uses no colours where NO_COLOR is set', () => {
    const { screen, written } = open({ TERM: 'xterm', NO_COLOR: '1' });
    written();
    screen.draw(rows);
    expect(written()).toBe('messages     643/s\x1b[K\nlatency      p50 2.85 ms\x1b[K\n');
  });

  it('cuts rows to the width and the height of the terminal', () => {
    const { screen, written } = open({ TERM: 'xterm', NO_COLOR: '1' }, { isTTY: true, columns: 20, rows: 2 });
    written();
    screen.draw([{ label: 'errors', text: 'auth 3  storage 2' }, ...rows]);
    expect(written()).toBe('errors       auth …\x1b[K\n');
  });

  it.each([
    ['a dumb terminal', { TERM: 'dumb' }, { isTTY: true, columns: 80, rows: 24 }],
    ['what is no terminal', { TERM: 'xterm' }, {}],
  ])('writes nothing but lines to %s', (_, environment, kind) => {
    const { screen, written } = open(environment, kind);
    screen.print('begin');
    screen.draw(rows);
    screen.draw(rows.slice(1));
    screen.close();
    expect(screen.live).toBe(false);
    expect(written()).toBe('begin\nmessages     643/s\nlatency      p50 2.85 ms\nlatency      p50 2.85 ms\n');
  });

  it('shows the cursor again when it closes', () => {
    const { screen, written } = open({ TERM: 'xterm' });
    expect(written()).toBe('\x1b[?25l');
    screen.close();
    expect(written()).toBe('\x1b[?25h');
  });
});
