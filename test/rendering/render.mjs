// Draws the four dashboards with real data, to look at: starts the demo, a service in which more happens, and a Prometheus, lets
// them run, and takes a picture of each dashboard. It is a rendering of ours, near to Grafana's and not the same.
//
//   npm run build && PATH=…/bin:$PATH node test/rendering/render.mjs [--seconds 120] [--out DIR] [--width 1600] [--config FILE]
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    out: { type: 'string' },
    width: { type: 'string', default: '1600' },
    config: { type: 'string' },
  },
});
const require = createRequire(import.meta.url);
require('./typescript.cjs');
const { renderDashboards } = require('./rendering.ts');

await renderDashboards({
  runMs: Number(values.seconds) * 1000,
  folder: values.out ?? mkdtempSync(join(tmpdir(), 'telemetry-dashboard-pictures-')),
  widthPx: Number(values.width),
  ...(values.config && { config: JSON.parse(readFileSync(values.config, 'utf8')) }),
});
