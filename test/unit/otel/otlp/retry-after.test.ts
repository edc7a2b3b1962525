import { retryAfterMsOf } from '../../../../src/otel/otlp/retry-after.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

describe('retryAfterMsOf', () => {
  it.each([
    ['30', 30_000],
    [' 1 ', 1000],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7000],
    ['0', undefined],
    ['-5', undefined],
    ['Wed, 31 Dec 2025 00:00:00 GMT', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j', (header, ms) => {
    expect(retryAfterMsOf(header, NOW_MS)).toBe(ms);
  });
});
