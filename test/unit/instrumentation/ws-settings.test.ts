import { settingsOf } from '../../../src/instrumentation/ws-settings.ts';

describe('settingsOf', () => {
  it('has a default for everything', () => {
    expect(settingsOf({})).toMatchObject({ idleAfterMs: 30_000, pingIntervalMs: undefined, typeOf: undefined });
  });

  it.each([
    [{ idleAfterMs: NaN }, 'idleAfterMs is a number from 1 to 86400000'],
    [{ idleAfterMs: '30s' }, 'idleAfterMs is a number'],
    [{ pingIntervalMs: 0 }, 'pingIntervalMs is a number from 100 to 86400000, or undefined for no pings'],
    [{ pingIntervalMs: -1 }, 'pingIntervalMs is a number'],
    [{ routes: null }, 'routes is a list of path patterns'],
    [{ routes: [5] }, 'routes: 5 is no path pattern'],
    [{ ignore: '/health' }, 'ignore is a list of path patterns'],
    [{ ignore: ['health'] }, 'ignore: "health" is no path pattern'],
    [{ messageType: 'type' }, 'messageType is a function, or json: and the name of a member'],
  ])('says what is wrong with %j', (config, message) => {
    expect(() => settingsOf(config as never)).toThrow(message);
    expect(() => settingsOf(config as never)).toThrow(TypeError);
  });

  it('names everything that is wrong in one error', () => {
    expect(() => settingsOf({ idleAfterMs: 0, pingIntervalMs: 1, routes: [''], messageType: 'x' as never })).toThrow(
      /idleAfterMs.*pingIntervalMs.*routes.*messageType/,
    );
  });
});
