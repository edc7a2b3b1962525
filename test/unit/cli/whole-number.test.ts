import { parseWholeNumber } from '../../../src/cli/whole-number.ts';

describe('parseWholeNumber', () => {
  it.each(['0', '9464', '65535'])('reads %s', (text) => {
    expect(parseWholeNumber('--port', text, 0, 65_535)).toBe(Number(text));
  });

  it.each(['', '-1', '65536', '1.5', '1e3', '0x10', 'ten', ' 1'])('refuses %j and names the option', (text) => {
    expect(() => parseWholeNumber('--port', text, 0, 65_535)).toThrow(
      `--port takes a whole number from 0 to 65535, not '${text}'`,
    );
  });
});
