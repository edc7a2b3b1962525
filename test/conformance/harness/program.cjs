const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join, resolve } = require('node:path');
const { Dashboard } = require('./dashboard.cjs');
const { runRows } = require('./run-rows.cjs');
const { rowsFor } = require('../rows/index.cjs');

const FOLDER = resolve(__dirname, '..');

/** Runs the rows of the version of `ws` that is installed here; with a `filter`, those whose names match it. */
exports.run = async ({ ws, system, telemetry, running, filter = '' }) => {
  const { version } = JSON.parse(readFileSync(join(FOLDER, 'node_modules', 'ws', 'package.json'), 'utf8'));
  const dashboard = new Dashboard(telemetry, running);
  const app = { folder: FOLDER, require: createRequire(join(FOLDER, 'program.cjs')), telemetry };
  const rows = rowsFor(version, system).filter(({ name }) => new RegExp(filter).test(name));
  await runRows({ rows, dashboard, ws, app });
  await dashboard.shutdown();
};
