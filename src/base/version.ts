import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string };

/** This package's version, as `package.json` gives it. */
export const VERSION: string = manifest.version;

/** This package's name; also the instrumentation scope of its metrics. */
export const PACKAGE_NAME = 'telemetry-dashboard';
