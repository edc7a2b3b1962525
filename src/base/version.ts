/** This package's name; also the instrumentation scope of its metrics. */
export const PACKAGE_NAME = 'telemetry-dashboard';

/** This package's version; a test holds it equal to `package.json`. */
export const VERSION = '0.1.0';
