// node --import telemetry-dashboard/register app.js
import { isMainThread } from 'node:worker_threads';
import { TelemetryConfigError } from './base/errors.ts';
import { registerTelemetryDashboard } from './singleton.ts';

try {
  registerTelemetryDashboard();
} catch (error) {
  if (!(error instanceof TelemetryConfigError)) throw error;
  // the message says it all: nobody is helped by where in this package it was thrown
  process.stderr.write(`${error.message}\n`);
  // a file may have become wrong since the process started: a thread of it runs on, unmeasured
  if (isMainThread) process.exit(1);
}
