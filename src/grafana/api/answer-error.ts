import { oneLine } from '../../base/one-line.ts';
import type { Answer } from '../../http/request.ts';
import { RequestError, addressText } from '../../http/request.ts';
import type { GrafanaErrorKind } from './grafana-error.ts';
import { GrafanaError } from './grafana-error.ts';
import { isObject, parsedJson, textField } from './json.ts';

/** What a call is, for the errors about it. */
export interface CallName {
  readonly method: string;
  /** With that of a sub-path installation, without a query. */
  readonly path: string;
  /** Role and permission that it takes: `Editor (dashboards:write)`. */
  readonly needs: string;
  /** Where it was sent; never told as it is. */
  readonly url?: URL;
  /** Without the path of a sub-path installation. */
  readonly apiPath?: string;
  /** Whether every Grafana has it: where it is not found, something else answers. */
  readonly isEverywhere?: boolean;
  /** Takes secrets out of what came from elsewhere. */
  readonly mask?: (text: string) => string;
}

/** Of Grafana's own message so much is told. */
const MAX_MESSAGE_CHARACTERS = 200;

/** Longer than this is no wish that a server has for its own sake. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Failures before anything was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EINVAL',
]);

const TLS_CODE = /CERT|TLS|SSL|SIGNATURE|ISSUER|EPROTO/;

/** The error of a request without an answer. */
export function errorOfFailure(call: CallName, thrown: unknown): GrafanaError {
  const { code, reason } = thrown instanceof RequestError ? thrown : { code: 'EFAILED', reason: String(thrown) };
  const message = lineOf(call, reason);
  if (code === 'ABORTED') {
    return new GrafanaError(message, { kind: 'aborted', advice: ADVICE.aborted(call), mayHaveHappened: true });
  }
  const kind = kindOfFailure(code);
  const mayHaveHappened = !NOT_SENT.has(code) && kind !== 'tls' && kind !== 'unauthorized' && kind !== 'invalid';
  return new GrafanaError(message, { kind, advice: ADVICE[kind](call), mayHaveHappened });
}

function kindOfFailure(code: string): GrafanaErrorKind {
  if (TLS_CODE.test(code)) return 'tls';
  if (code === 'ETIMEDOUT') return 'timeout';
  // the credentials cannot stand in a header
  if (code === 'ERR_INVALID_CHAR') return 'unauthorized';
  // what was to be sent is no JSON
  if (code === 'EFAILED') return 'invalid';
  // what came is no HTTP
  return code.startsWith('HPE_') ? 'not_grafana' : 'unreachable';
}

/** The error of an answer that is not the one that was asked for. */
export function errorOfAnswer(call: CallName, answer: Answer, nowMs: number): GrafanaError {
  const { status, headers, text } = answer;
  const body = parsedJson(text);
  const said = textField(body, 'message') || textField(body, 'title') || textField(body, 'error');
  const isGrafanas = isObject(body) || text.trim() === '';
  const kind = kindOf(call, status, isGrafanas, said, textField(body, 'status'));
  const isWall = status === 403 && kind === 'not_grafana';
  const target = targetOf(call, answer);
  const found = target ? `a redirect to ${target.address}` : describe(answer);
  const mask = call.mask ?? String;
  return new GrafanaError(lineOf(call, `${status} ${said || (isGrafanas && status >= 400 ? '' : found)}`), {
    kind,
    advice: isWall ? BEHIND_A_WALL : (target?.advice ?? ADVICE[kind](call)),
    status,
    reason: oneLine(mask(textField(body, 'status')), 40) || undefined,
    retryAfterMs: retryAfterMs(headers['retry-after'], nowMs),
    // a limiter turns away before anything is done; what fails inside may have been done
    mayHaveHappened: kind === 'busy' && status !== 429,
  });
}

/** The error of an answer of success whose content is not what the API gives. */
export function errorOfContent(call: CallName, answer: Answer): GrafanaError {
  const what = answer.isCut ? 'an answer that is too long' : describe(answer);
  return new GrafanaError(lineOf(call, `${answer.status} ${what}`), {
    kind: 'not_grafana',
    advice: ADVICE.not_grafana(call),
    status: answer.status,
    mayHaveHappened: true,
  });
}

function lineOf({ method, path, mask = String }: CallName, what: string): string {
  return `${method} ${path}: ${oneLine(mask(what), MAX_MESSAGE_CHARACTERS)}`;
}

function kindOf(
  { isEverywhere }: CallName,
  status: number,
  isGrafanas: boolean,
  said: string,
  reason: string,
): GrafanaErrorKind {
  if (reason === 'plugin-dashboard' || /provisioned|provenance|read-only data source/i.test(said)) return 'provisioned';
  if (status === 408 || status === 429 || status >= 500) return 'busy';
  if (status === 401) return 'unauthorized';
  if (status === 413) return 'too_large';
  if (!isGrafanas || status < 400) return 'not_grafana';
  if (status === 403) return 'forbidden';
  if (status === 404) return isEverywhere === true ? 'not_grafana' : 'not_found';
  return status === 409 || status === 412 ? 'conflict' : 'invalid';
}

/** Where a redirect leads, and what that says about `grafana.url`; undefined where it does not say. */
function targetOf(
  { url, apiPath = '', mask = String }: CallName,
  { status, headers: { location } }: Answer,
): { readonly address: string; readonly advice: string } | undefined {
  if (status < 300 || status >= 400 || location === undefined || !URL.canParse(location, url?.href)) return undefined;
  const target = new URL(location, url?.href);
  if (!/^https?:$/.test(target.protocol)) return undefined;
  const address = addressText(target).replace(/\/$/, '');
  const isOfApi = apiPath !== '' && address.endsWith(apiPath);
  const root = isOfApi ? address.slice(0, -apiPath.length) : address;
  const advice = isOfApi
    ? `grafana.url should be ${root}`
    : `it leads to ${root}: grafana.url should be that, unless it is a login page, which Grafana must not be behind`;
  return { address: oneLine(mask(address), MAX_MESSAGE_CHARACTERS), advice: oneLine(mask(advice)) };
}

/** What came, without quoting a foreign page. */
function describe({ status, text }: Answer): string {
  if (status >= 300 && status < 400) return 'a redirect, as to a login page';
  if (/^\s*</.test(text)) return 'a page for people, no JSON';
  return parsedJson(text) === undefined ? 'no JSON' : 'JSON, but not what Grafana gives';
}

function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const isSeconds = /^\d+$/.test(header ?? '');
  // other texts would be read as dates too
  const isDate = /^[A-Za-z]{3}, /.test(header ?? '');
  if (header === undefined || !(isSeconds || isDate)) return undefined;
  const waitMs = isSeconds ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_RETRY_AFTER_MS);
}

/** A firewall's page has nothing to do with roles. */
const BEHIND_A_WALL =
  'something before Grafana, such as a firewall or a proxy, refuses it: let the service through there, or check grafana.url';

/** What to do about each kind. */
export const ADVICE: Readonly<Record<GrafanaErrorKind, (call: CallName) => string>> = {
  unreachable: () => 'check grafana.url, and whether Grafana is running',
  tls: () => 'check grafana.tls, and whether grafana.url should begin with http:',
  timeout: () => 'check grafana.url; raise grafana.timeout_ms for a slow Grafana',
  busy: () => 'Grafana, or a proxy before it, cannot answer now; look into its log should it last',
  unauthorized: () => 'check grafana.api_key (a token of a service account), or grafana.username and grafana.password',
  forbidden: ({ needs }) =>
    `the account of grafana.api_key or grafana.username needs the role ${needs} in the organisation; check grafana.org_id`,
  not_found: () => 'it is not there: it may have been deleted, or be in another organisation (grafana.org_id)',
  conflict: () => 'somebody else changed it at the same time: read it and try again',
  invalid: () => 'Grafana does not take it as it is',
  too_large: () => 'it is larger than Grafana, or a proxy before it, allows',
  provisioned: () =>
    'it comes from a file or a plugin: change it there, allow changes there (allowUiUpdates, editable), or use a copy with another uid',
  not_grafana: () =>
    'grafana.url must be the address of Grafana itself, with its sub-path if it has one, and not behind a login page',
  too_old: () => 'versions 10 to 13 are supported: use a newer Grafana, or files (telemetry-dashboard provision)',
  aborted: () => 'it was given up on purpose',
};
