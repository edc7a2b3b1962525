import * as sdk from '@opentelemetry/sdk-metrics';
import { VERSION } from '../../src/base/version.ts';
import * as dashboards from '../../src/index.ts';
import { compare } from '../fixtures/matrix/views-differential.cjs';

test("under the user's views every metric has the data points that a plain instrument of the SDK would have", async () => {
  const differences = await compare(dashboards, sdk, VERSION);
  expect(Object.keys(differences).length).toBeGreaterThanOrEqual(30);
  expect(Object.entries(differences).filter(([, found]) => found.length > 0)).toEqual([]);
}, 60_000);
