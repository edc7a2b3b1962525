import { decodedText } from '../../base/decoded-text.ts';
import type { SenderOptions } from './sender.ts';

/** Shorter ones are words, and masking them would spoil every sentence. */
const SHORTEST = 4;

/** A receiver may send back what it was sent, in other spellings too. */
export function withoutSecrets(text: string, { headers, url }: Pick<SenderOptions, 'headers' | 'url'>): string {
  const secrets = [...Object.values(headers).flatMap(inHeader), ...inCredentials(url), ...inQuery(url)];
  return [...new Set(secrets.flatMap(spellings))]
    .filter((secret) => secret.length >= SHORTEST)
    .sort((one, other) => other.length - one.length)
    .reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** The value as a whole, what stands behind a scheme, each word, and the name and password of `Basic`. */
function inHeader(value: string): string[] {
  const [scheme = '', ...words] = value.trim().split(/\s+/);
  const basic = scheme.toLowerCase() === 'basic' ? Buffer.from(words.join(''), 'base64').toString('utf8') : '';
  return [value, words.join(' '), scheme, ...words, ...inPair(basic)].filter(
    (secret) => !/^(?:basic|bearer)$/i.test(secret),
  );
}

function inCredentials({ username, password }: URL): string[] {
  if (password === '') return [username, decodedText(username)];
  const pair = `${decodedText(username)}:${decodedText(password)}`;
  return [password, `${username}:${password}`, Buffer.from(pair).toString('base64'), ...inPair(pair)];
}

/** `user:password`. */
function inPair(pair: string): string[] {
  return pair.includes(':') ? [pair, pair.slice(pair.indexOf(':') + 1)] : [];
}

function inQuery({ search, searchParams }: URL): string[] {
  const written = search.slice(1).split('&');
  return [...searchParams.values(), ...written.map((pair) => pair.slice(pair.indexOf('=') + 1))];
}

/** As it is, in JSON, and in a URL. */
function spellings(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}
