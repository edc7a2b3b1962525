// node --import telemetry-dashboard/register app.js
import { TelemetryConfigError } from './base/errors.ts';
import { registerTelemetryDashboard } from './singleton.ts';

try {
  registerTelemetryDashboard();
} catch (error) {
  if (!(error instanceof TelemetryConfigError)) throw error;
  // the message says it all: nobody is helped by where in this package it was thrown
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
