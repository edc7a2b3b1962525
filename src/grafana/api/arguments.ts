import { textOf } from '../../base/errors.ts';
import { GrafanaError } from './grafana-error.ts';
import { isObject } from './json.ts';
import type { NewPanel } from './model.ts';

// What only JavaScript can get wrong: such calls end before anything is sent.

/** @throws GrafanaError `invalid` */
export function requireText(value: unknown, what: string): void {
  if (typeof value !== 'string' || value === '') throw unexpected(`${what}, a text`, value);
}

/** @throws GrafanaError `invalid` */
export function requireTags(value: unknown): void {
  const isRight = Array.isArray(value) && value.every((tag) => typeof tag === 'string');
  if (!isRight) throw unexpected("the tags, a list of texts such as ['deployment']", value);
}

/** @throws GrafanaError `invalid` */
export function requirePanelId(value: unknown): void {
  if (!Number.isSafeInteger(value)) throw unexpected('the id of a panel, a whole number', value);
}

/** @throws GrafanaError `invalid` */
export function requireFunction(value: unknown, what: string): void {
  if (typeof value !== 'function') throw unexpected(`a function that changes ${what}`, value);
}

/** @throws GrafanaError `invalid` */
export function requirePanel(panel: unknown): asserts panel is NewPanel {
  if (!isObject(panel) || typeof panel['type'] !== 'string' || panel['type'] === '') {
    throw unexpected("a panel, an object with a `type` such as 'timeseries', or { metric: '…' }", panel);
  }
  if (panel['id'] !== undefined) requirePanelId(panel['id']);
  const { gridPos } = panel;
  const isPlace = isObject(gridPos) && ['x', 'y', 'w', 'h'].every((side) => Number.isFinite(gridPos[side]));
  if (gridPos !== undefined && !isPlace) throw unexpected('the place of a panel, { x, y, w, h } in numbers', gridPos);
}

/**
 * What a change gave back.
 *
 * @throws GrafanaError `invalid` for a promise: by the time that it is settled, the dashboard has been sent
 */
export function requireSettled(given: unknown): unknown {
  const isThenable = isObject(given) && typeof given['then'] === 'function';
  if (!isThenable) return given;
  // nobody else waits for it, and a rejection that nobody hears ends the process
  Promise.resolve(given).catch(() => undefined);
  throw new GrafanaError('the change is asynchronous: it gave back a promise', {
    kind: 'invalid',
    advice: 'wait for what it takes before, and change the dashboard at once',
  });
}

/** A copy as it goes over the wire. @throws GrafanaError `invalid` for what is no JSON, such as a BigInt or a circle */
export function asSent<Value>(value: Value): Value {
  try {
    return JSON.parse(JSON.stringify(value)) as Value;
  } catch (error) {
    throw new GrafanaError(`what was to be sent is no JSON: ${textOf(error).split('\n')[0] ?? ''}`, {
      kind: 'invalid',
      advice: 'use texts, numbers, true, false, null, lists and plain objects only',
    });
  }
}

function unexpected(expected: string, value: unknown): GrafanaError {
  return new GrafanaError(`expected ${expected}; got ${nameOf(value)}`, {
    kind: 'invalid',
    advice: 'nothing was sent: mend the call',
  });
}

/** What it is, without its content. */
function nameOf(value: unknown): string {
  if (value === null || value === '') return value === null ? 'null' : 'an empty text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object without it';
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}
