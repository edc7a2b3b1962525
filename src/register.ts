// node --import telemetry-dashboard/register app.js
import { registerTelemetryDashboard } from './singleton.ts';

registerTelemetryDashboard();
