import { textOf } from '../../base/errors.ts';
import type { OnceLogger } from '../../base/logger.ts';

/** Runs what only looks on: measuring must not break what is measured. */
export type Guard = (observe: () => void) => void;

/** @returns a guard that logs the first failure */
export function createGuard(logger: OnceLogger): Guard {
  return (observe) => {
    try {
      observe();
    } catch (error) {
      logger.warnOnce('ws', `something of a ws socket could not be measured: ${textOf(error)}`);
    }
  };
}
