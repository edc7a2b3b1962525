import { distance } from 'fastest-levenshtein';
import type { Setting } from './settings.ts';
import { hasReferences, referencesOf } from './substitution.ts';

/** Digits with a unit or a sign: what people write where a number is wanted, and no secret. */
const LIKE_A_NUMBER = /^[-+]?\d{1,8}(?:[.,_ ]\d{1,8})?(?:e[-+]?\d{1,3})? ?[a-zµ%]{0,7}$/i;
const LIKE_A_SWITCH = /^(?:true|false|yes|no|on|off|null|undefined|none)$/i;

/**
 * A value as a message shows it. A text may be a secret that stands in the wrong place, so it is shown only where it is plain
 * that it is none: a number, a switch, a slip in one of the words that can stand there.
 *
 * @param setting what should stand there, where that is known
 */
export function valueText(value: unknown, setting: Setting | undefined): string {
  if (setting?.notes.secret) return '"***"';
  switch (typeof value) {
    case 'string':
      return textText(value, setting);
    case 'number':
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'missing';
    case 'object':
      return objectText(value);
    default:
      return `a ${typeof value}`;
  }
}

function textText(text: string, setting: Setting | undefined): string {
  if (text === '') return 'an empty text';
  if (hasReferences(text)) return `"${referencesOf(text)}"`;
  const near = setting?.options?.some((option) => text.length <= 20 && distance(text.toLowerCase(), option) <= 2);
  const isPlain = setting?.number === true && LIKE_A_NUMBER.test(text);
  return near || isPlain || LIKE_A_SWITCH.test(text) ? JSON.stringify(text) : 'a text';
}

function objectText(value: object | null): string {
  if (value === null) return 'null';
  try {
    if (!Array.isArray(value)) return kindOf(value);
    if (value.length === 0) return 'an empty array';
    const plain = value.length <= 20 && value.every((item) => typeof item === 'number' || typeof item === 'boolean');
    const text = plain ? JSON.stringify(value) : '';
    return text !== '' && text.length <= 80 ? text : 'an array';
  } catch {
    // a Proxy may throw at anything
    return 'an object';
  }
}

/** `an object`, or the name of another kind: `a Date`. */
function kindOf(value: object): string {
  const [, kind = 'Object'] = /^\[object (\w{1,20})\]$/.exec(Object.prototype.toString.call(value)) ?? [];
  return kind === 'Object' || kind === 'Module' ? 'an object' : `a ${kind}`;
}
