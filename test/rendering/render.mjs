// Draws the dashboards with real data, to look at: starts the demo, a service in which more happens, and a Prometheus, lets
// them run, and takes a picture of each dashboard. It is a rendering of ours, near to Grafana's and not the same.
//
//   npm run render -- [--seconds 120] [--out DIR] [--width 1600] [--rows N] [--format png|webp] [--config FILE]
//
// It needs Prometheus and VictoriaMetrics on the PATH, as the stack tests do, and Chromium: /usr/bin/chromium, or what CHROMIUM says.
// Without --rows a picture is as high as its dashboard; a row of the grid is 38 pixels.
import { createRequire } from 'node:module';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    out: { type: 'string' },
    width: { type: 'string', default: '1600' },
    rows: { type: 'string', default: '1000' },
    format: { type: 'string', default: 'png' },
    config: { type: 'string' },
  },
});
const require = createRequire(import.meta.url);
const { find } = require('../stack/require-programs.cjs');
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const missing = ['prometheus', 'victoria-metrics'].filter((program) => !find(program));
if (!existsSync(chromium)) missing.push(chromium);
if (missing.length > 0) {
  console.error(
    `npm run render needs ${missing.join(', ')}; on Debian, shared/stack/get-stack.sh DIR fetches the servers, then ` +
      'PATH=DIR/bin:$PATH, and apt-get install chromium the browser',
  );
  process.exit(1);
}
require('./typescript.cjs');
const { renderDashboards } = require('./rendering.ts');

await renderDashboards({
  runMs: Number(values.seconds) * 1000,
  folder: values.out ?? mkdtempSync(join(tmpdir(), 'telemetry-dashboard-pictures-')),
  widthPx: Number(values.width),
  mostRows: Number(values.rows),
  format: values.format,
  ...(values.config && { config: JSON.parse(readFileSync(values.config, 'utf8')) }),
});
