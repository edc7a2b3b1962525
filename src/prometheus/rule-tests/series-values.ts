/**
 * Values at one step after the other as a promtool test writes them: `0+10x4` is 0 10 20 30 40; null is no sample.
 *
 * @param values finite
 */
export function seriesValues(values: readonly (number | null)[]): string {
  const parts: string[] = [];
  let index = 0;
  while (index < values.length) {
    const length = runLength(values, index);
    const first = values[index] ?? null;
    const step = first === null || length === 1 ? 0 : (values[index + 1] as number) - first;
    if (first === null) parts.push(`_x${length}`);
    else parts.push(length === 1 ? String(first) : `${first}${step < 0 ? '' : '+'}${step}x${length - 1}`);
    index += length;
  }
  return parts.join(' ');
}

/** How many values from `start` on follow each other by one and the same step. */
function runLength(values: readonly (number | null)[], start: number): number {
  const first = values[start] ?? null;
  let end = start + 1;
  const step = first === null ? 0 : (values[end] ?? NaN) - first;
  while (end < values.length) {
    const value = values[end] ?? null;
    if (first === null ? value !== null : value === null || value !== first + step * (end - start)) break;
    end++;
  }
  return end - start;
}
