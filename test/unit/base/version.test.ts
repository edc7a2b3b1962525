import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_NAME, VERSION } from '../../../src/base/version.ts';

it('names the package and version of package.json', () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as object;
  expect(manifest).toMatchObject({ name: PACKAGE_NAME, version: VERSION });
});
