import { parseDuration } from '../../../src/cli/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('reads %s as %d ms', (text, milliseconds) => {
    expect(parseDuration('--duration', text)).toBe(milliseconds);
  });

  it.each(['', '5', 's', '-5s', '5 s', '0s', '5d', '1e3s', 'NaNs', '600h'])(
    'refuses %j and names the option',
    (text) => {
      expect(() => parseDuration('--duration', text)).toThrow(
        `--duration takes a time such as 500ms, 5s or 2m, not '${text}'`,
      );
    },
  );
});
