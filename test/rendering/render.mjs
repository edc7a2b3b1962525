// Draws the dashboards with real data, to look at: starts the demo, a service in which more happens, and a Prometheus, lets
// them run, and takes a picture of each dashboard. It is a rendering of ours, near to Grafana's and not the same.
import { createRequire } from 'node:module';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run render -- [options]

  --seconds N    how long the services run first (default 120)
  --out DIR      where pictures and pages go (default: a new folder for temporary files)
  --width N      pixels of a picture (default 1600)
  --rows N       rows of the grid, of 38 pixels, below which a picture is cut off (default 1000)
  --format F     png or webp (default png)
  --config FILE  configuration of the services and the dashboards, in JSON
  --help         this text

Prometheus and VictoriaMetrics are looked for on the PATH, as the stack tests do, Chromium at /usr/bin/chromium or where
CHROMIUM says.`;

function refuse(message) {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        seconds: { type: 'string', default: '120' },
        out: { type: 'string' },
        width: { type: 'string', default: '1600' },
        rows: { type: 'string', default: '1000' },
        format: { type: 'string', default: 'png' },
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

const values = options();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
for (const key of ['seconds', 'width', 'rows']) {
  if (!/^[1-9]\d*$/.test(values[key])) refuse(`--${key} is a whole number above 0, not ${values[key]}`);
}
if (!['png', 'webp'].includes(values.format)) refuse(`--format is png or webp, not ${values.format}`);
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
