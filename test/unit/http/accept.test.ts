import { qualityOf } from '../../../src/http/accept.ts';

const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

it.each([
  [undefined, 'gzip', 0],
  ['', 'gzip', 0],
  ['gzip, deflate, br', 'gzip', 1],
  ['gzip;q=0', 'gzip', 0],
  ['GZIP;Q=0.5', 'gzip', 0.5],
  ['x-gzip', 'gzip', 0],
  ['gzip;q=nonsense', 'gzip', 0],
  [PROMETHEUS_3, 'application/openmetrics-text', 0.6],
  [PROMETHEUS_3, 'text/plain', 0.4],
])('qualityOf(%p, %p) is %p', (header, token, quality) => {
  expect(qualityOf(header, token)).toBe(quality);
});
