import { readFileSync } from 'node:fs';
import { CATALOG } from '../../src/catalog/index.ts';
import { prometheusName } from '../../src/catalog/prometheus-name.ts';
import { resolveDocuments } from '../../src/config/resolve.ts';
import { grafanaFiles } from '../../src/grafana/files.ts';
import { prometheusFiles } from '../../src/prometheus/files.ts';
import { configJsonSchema } from '../support/config-json-schema.ts';
import { configTable } from '../support/config-table.ts';
import { expectGenerated } from '../support/generated-file.ts';

// npm run generate

const KINDS = { counter: 'counter', gauge: 'gauge', histogram: 'histogram', up_down_counter: 'up-down counter' };

function metricTable(): string {
  const rows = CATALOG.map(({ name, kind, unit, attributes, description }) => {
    const spelled = prometheusName(name, unit, kind)?.name ?? '';
    const keys = attributes.map(({ key }) => `\`${key}\``).join(' ');
    return `| \`${name}\`<br>\`${spelled}\` | ${KINDS[kind]} · \`${unit}\` | ${keys} | ${description} |\n`;
  });
  return `| metric, in Prometheus | kind · unit | attributes | |\n| --- | --- | --- | --- |\n${rows.join('')}`;
}

it('lists every metric of the catalogue in the README, as it is', () => {
  expectGenerated('README.md', metricTable(), ['<!-- metrics: generated from src/catalog -->\n', '<!-- /metrics -->']);
});

it('lists every key of the configuration in the README, as it is', () => {
  expectGenerated('README.md', configTable(), [
    '<!-- configuration: generated from src/config -->\n',
    '<!-- /configuration -->',
  ]);
});

it('has the JSON Schema of the configuration for editors, as it is', () => {
  expectGenerated('configs/monitoring.schema.json', `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
});

it('has an example of the configuration with the defaults, as they are', () => {
  const { config } = resolveDocuments('the defaults', [], {});
  const example = { $schema: './monitoring.schema.json', ...config };
  expectGenerated('configs/monitoring.json', `${JSON.stringify(example, undefined, 2)}\n`);
});

describe('what compose.yaml mounts in place of the files for a single machine', () => {
  const files = () => {
    const document: unknown = JSON.parse(readFileSync('configs/compose/monitoring.json', 'utf8'));
    const { config } = resolveDocuments('configs/compose/monitoring.json', [document], {});
    return [...prometheusFiles(config).files, ...grafanaFiles(config).files];
  };

  it.each([
    ['configs/compose/prometheus.yml', 'prometheus/prometheus.yml'],
    [
      'configs/compose/grafana/datasources/telemetry-dashboard.yml',
      'grafana/datasources/telemetry-telemetry-dashboard-demo.yml',
    ],
  ])('is %s, as it is', (committed, generated) => {
    const { text } = files().find(({ path }) => path === generated)!;
    expectGenerated(committed, text);
  });
});
