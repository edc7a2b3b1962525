import { withoutSecrets } from '../../../../src/otel/otlp/secrets.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const masked = (text: string, headers: Record<string, string>, url: string): string =>
  withoutSecrets(text, { headers, url: new URL(url) });

describe('withoutSecrets', () => {
  const PLAIN = 'http://collector:4318/v1/metrics';
  const WITH_PASSWORD = 'http://someone:p%40ssw%3Ard@collector:4318/';
  const BASIC = { authorization: `Basic ${base64('someone:hunter2:x')}` };

  it.each<[string, string, Record<string, string>, string]>([
    ['the password of the URL as it is written', 'p%40ssw%3Ard', {}, WITH_PASSWORD],
    ['the password of the URL as it is meant', 'p@ssw:rd', {}, WITH_PASSWORD],
    ['user and password of the URL', 'someone:p@ssw:rd', {}, WITH_PASSWORD],
    ['user and password of the URL as they are sent', base64('someone:p@ssw:rd'), {}, WITH_PASSWORD],
    ['a user without a password', 'tok%3Dn9', {}, 'http://tok%3Dn9@collector/'],
    ['such a user as it is meant', 'tok=n9', {}, 'http://tok%3Dn9@collector/'],
    ['a value of the query', 'se cret', {}, 'http://collector/?key=se%20cret&a=b'],
    ['a value of the query as it is written', 'se%20cret', {}, 'http://collector/?key=se%20cret&a=b'],
    ['a header', 'two  words', { 'x-key': 'two  words' }, PLAIN],
    ['what is behind the scheme of a header', 'one, two', { authorization: 'Digest one, two' }, PLAIN],
    ['a word of a header', 'hunter2x', { authorization: 'Bearer hunter2x' }, PLAIN],
    ['Basic as it is sent', base64('someone:hunter2:x'), BASIC, PLAIN],
    ['what Basic means', 'someone:hunter2:x', BASIC, PLAIN],
    ['the password in Basic', 'hunter2:x', { authorization: BASIC.authorization.replace('Basic', 'basic') }, PLAIN],
    ['a header in JSON', 'a\\"bc', { 'x-key': 'a"bc' }, PLAIN],
    ['a header in a URL', 'a%2Fbc', { 'x-key': 'a/bc' }, PLAIN],
  ])('takes out %s', (_, secret, headers, url) => {
    expect(masked(`no: ${secret}, and ${secret}`, headers, url)).toBe('no: ***, and ***');
  });

  it('leaves the words that are none', () => {
    const headers = { authorization: 'Bearer hunter2x', 'x-team': 'dev' };
    const text = 'Bearer token of dev is wrong: Basic is wanted at collector';
    expect(masked(text, headers, 'http://someone:secret@collector/?a=b')).toBe(text);
  });
});
