import type { Severity } from '../../index.ts';

/** Something that went wrong in the service, and where. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly component: string;
  readonly severity: Severity;

  constructor(component: string, severity: Severity) {
    super(`${severity} in ${component}`);
    this.component = component;
    this.severity = severity;
  }
}
