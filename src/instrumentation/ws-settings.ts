import { Paths } from './paths.ts';
import { messageTypeOf } from './ws/message-type.ts';
import type { MessageTypeOf } from './ws/message-type.ts';
import type { WsInstrumentationConfig } from './ws-instrumentation-config.ts';

/** A configuration, checked and with its defaults. */
export interface WsSettings {
  readonly idleAfterMs: number;
  readonly pingIntervalMs: number | undefined;
  readonly paths: Paths;
  readonly typeOf: MessageTypeOf | undefined;
}

const DEFAULT_IDLE_AFTER_MS = 30_000;
const DAY_MS = 86_400_000;

/** @throws TypeError naming everything that is wrong */
export function settingsOf(config: WsInstrumentationConfig): WsSettings {
  const { idleAfterMs = DEFAULT_IDLE_AFTER_MS, pingIntervalMs, routes = [], ignore = [], messageType } = config;
  const problems: string[] = [];
  const check = (name: string, isRight: boolean, expected: string): void => {
    if (!isRight) problems.push(`${name} is ${expected}`);
  };
  const attempt = <Value>(make: () => Value): Value | undefined => {
    try {
      return make();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  check('idleAfterMs', isBetween(idleAfterMs, 1, DAY_MS), 'a number from 1 to 86400000');
  check(
    'pingIntervalMs',
    pingIntervalMs === undefined || isBetween(pingIntervalMs, 100, DAY_MS),
    'a number from 100 to 86400000, or undefined for no pings',
  );
  const paths = attempt(() => new Paths(routes, ignore));
  const typeOf = attempt(() => messageTypeOf(messageType));
  if (problems.length > 0 || !paths) throw new TypeError(`WsInstrumentation: ${problems.join('; ')}`);
  return { idleAfterMs, pingIntervalMs, paths, typeOf };
}

function isBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}
