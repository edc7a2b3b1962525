import { isDeepStrictEqual } from 'node:util';
import { Application } from './application.ts';
import type { Transcript } from './application.ts';
import { EXCEPTIONS } from './exceptions.ts';

jest.setTimeout(120_000);

/** Themes that are observed in one process, one after the other. */
const THEMES = [
  'shape',
  'listeners',
  'emitting',
  'overriding',
  'hearing',
  'mutating',
  'order',
  'errors',
  'context',
  'wire',
  'patching',
];

const namesOf = (theme: string): string[] => Object.keys(jest.requireActual<object>(`./observations/${theme}.cjs`));

const COPIES = ['ws', 'ws-7'];

describe.each(COPIES)('with %s, an application', (wsPackage) => {
  let application: Application;
  let plain: Transcript;
  let instrumented: Transcript;

  beforeAll(async () => {
    application = new Application(wsPackage);
    plain = await application.observe(THEMES);
    instrumented = await application.observe(THEMES, { preload: 'instrumentation' });
  });
  afterAll(() => application.remove());

  it('is instrumented in the one run and not in the other', () => {
    expect(plain.counted).toBe(0);
    expect(instrumented.counted).toBeGreaterThan(100);
  });

  it('ends by itself, with an exit code of 0 and nothing on standard error', () => {
    for (const { code, signal, stderr } of [plain, instrumented]) {
      expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    }
  });

  describe.each(THEMES)('sees the same: %s', (theme) => {
    it.each(namesOf(theme).filter((name) => !(name in EXCEPTIONS)))('%s', (name) => {
      const before = plain.observations.get(name);
      expect(before).toEqual({ value: expect.anything() });
      expect(instrumented.observations.get(name)).toEqual(before);
    });
  });

  it.each(Object.entries(EXCEPTIONS))('sees a difference in %s, and only the known one', (name, { without }) => {
    const before = plain.observations.get(name);
    const after = instrumented.observations.get(name);
    expect(before).toEqual({ value: expect.anything() });
    expect(after).not.toEqual(before);
    expect(without(after?.value)).toEqual(without(before?.value));
  });

  it('would see an instrumentation that is careless, in every theme', async () => {
    const careless = await application.observe(THEMES, { preload: 'careless' });
    const seen = THEMES.filter((theme) =>
      namesOf(theme).some((name) => !isDeepStrictEqual(careless.observations.get(name), plain.observations.get(name))),
    );
    expect(seen).toEqual(THEMES);
  });
});
