import type { ResolvedConfig } from './schema.ts';
import { DOCUMENT, settingBelow } from './settings.ts';
import type { Setting } from './settings.ts';

/**
 * The configuration with every secret as `***`: tokens, passwords, values of headers, and what stands before the `@` or behind
 * the `?` of a URL. It can be shown to anybody.
 */
export function maskedConfig(config: ResolvedConfig): ResolvedConfig {
  return masked(config, DOCUMENT) as ResolvedConfig;
}

function masked(value: unknown, setting: Setting | undefined): unknown {
  if (setting?.notes.secret && value !== undefined) return '***';
  if (typeof value === 'string') return maskedUrl(value);
  if (Array.isArray(value)) return value.map((item, index) => masked(item, settingBelow(setting, index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [key, masked(below, settingBelow(setting, key))]),
  );
}

function maskedUrl(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  return text.replace(/^([^/]*\/\/)[^/?#]*@/, '$1***@').replace(/\?[^#]*/, '?***');
}
