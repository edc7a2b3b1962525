import { Application } from './application.ts';
import type { Transcript } from './application.ts';

jest.setTimeout(60_000);

const NAMES = Object.keys(jest.requireActual<object>('./observations/disabling.cjs'));

describe.each(['ws', 'ws-7'])('once it is disabled, with two copies of %s', (wsPackage) => {
  let application: Application;
  let transcript: Transcript;
  beforeAll(async () => {
    application = new Application(wsPackage);
    transcript = await application.observe(['disabling']);
  });
  afterAll(() => application.remove());

  it.each(NAMES)('nothing is left: %s', (name) => {
    expect(transcript.observations.get(name)).toEqual({ value: [] });
  });

  it('leaves a process that ends by itself', () => {
    expect(transcript).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});
