import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveDocuments } from '../../../src/config/resolve.ts';

const README = readFileSync(join(__dirname, '../../../README.md'), 'utf8');
const documents = [...README.matchAll(/^```json\n([^]*?)^```/gm)].map(([, text = '']) => text);

it('shows documents in the README that are right', () => {
  expect(documents.length).toBeGreaterThan(0);
  for (const text of documents) {
    const { warnings } = resolveDocuments('README.md', [JSON.parse(text)], { SMTP_PASSWORD: 'x', GRAFANA_KEY: 'x' });
    expect(warnings).toEqual([]);
  }
});
