import { Application } from './application.ts';
import type { Output } from './application.ts';
import { ENDING_EXCEPTIONS } from './exceptions.ts';

jest.setTimeout(60_000);

const PROGRAMS = Object.entries(
  jest.requireActual<Record<string, { readonly flags?: readonly string[] }>>('./endings/index.cjs'),
);

describe.each(['ws', 'ws-7'])('with %s', (wsPackage) => {
  let application: Application;
  beforeAll(() => (application = new Application(wsPackage)));
  afterAll(() => application.remove());

  /** How the program ends without the instrumentation, and with it. */
  const both = (name: string, flags: readonly string[]): Promise<[Output, Output]> =>
    Promise.all([application.end(name, { flags }), application.end(name, { flags, preload: 'instrumentation' })]);

  describe('a program ends the same, with the same output', () => {
    it.each(PROGRAMS.filter(([name]) => !(name in ENDING_EXCEPTIONS)))('%s', async (name, { flags = [] }) => {
      const [before, after] = await both(name, flags);
      expect(after).toEqual(before);
    });
  });

  it.each(Object.entries(ENDING_EXCEPTIONS))('differs in %s, and only as is known', async (name, { without }) => {
    const [before, after] = await both(name, []);
    expect(after).not.toEqual(before);
    expect(without(after)).toEqual(without(before));
  });
});
