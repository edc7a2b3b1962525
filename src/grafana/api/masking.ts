import { decodedText } from '../../base/decoded-text.ts';
import type { Credentials } from '../../http/request.ts';

/** Makes a function that takes the secrets of a connection out of texts from elsewhere: a server may send back what it was sent. */
export function secretMask(url: URL, credentials: Credentials | undefined): (text: string) => string {
  const forms = secretsOf(url, credentials)
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    // longest first, so that no rest of one is left
    .sort((a, b) => b.length - a.length);
  const all = [...new Set(forms)];
  return (text) => all.reduce((masked, form) => masked.replaceAll(form, '***'), text);
}

function secretsOf({ username, password }: URL, credentials: Credentials | undefined): readonly string[] {
  const written = [password, decodedText(password), encoded(decodedText(username), decodedText(password))];
  if (!credentials) return username === '' ? [] : written;
  if ('bearerToken' in credentials) return [...written, credentials.bearerToken];
  return [...written, credentials.password, encoded(credentials.username, credentials.password)];
}

function encoded(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
