import { textOf } from '../base/errors.ts';
import type { OnceLogger } from '../base/logger.ts';

/** Runs what only looks on: measuring must not break what is measured. */
export type Guard = (observe: () => void) => void;

/**
 * @param what is looked at, for the log: `a ws socket`
 * @returns a guard that logs the first failure
 */
export function createGuard(logger: OnceLogger, what: string): Guard {
  return (observe) => {
    try {
      observe();
    } catch (error) {
      logger.warnOnce(`guard ${what}`, `something of ${what} could not be measured: ${textOf(error)}`);
    }
  };
}
