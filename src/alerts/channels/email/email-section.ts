import type { AlertsConfig } from '../../../config/schema.ts';

/** `alerts.channels.email` of the document. */
export type EmailSection = NonNullable<AlertsConfig['channels']['email']>;
