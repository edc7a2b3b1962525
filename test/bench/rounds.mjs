// What can be said of noisy measurements: ratios of the same round, their median and quartiles.

/**
 * Measures cases in turn, round by round; each second round goes backwards, so that a drift hits all of them.
 *
 * @template Value
 * @param {number} rounds
 * @param {readonly (() => Promise<Value>)[]} cases
 * @param {(round: number) => void} [onRound]
 * @returns {Promise<Value[][]>} by case, then by round
 */
export async function interleave(rounds, cases, onRound) {
  const results = cases.map(() => []);
  for (let round = 0; round < rounds; round++) {
    onRound?.(round);
    const order = [...cases.keys()];
    if (round % 2 === 1) order.reverse();
    for (const index of order) results[index].push(await cases[index]());
  }
  return results;
}

/** `values` against `baseline`, round by round. */
export function ratios(values, baseline) {
  return values.map((value, round) => value / baseline[round]);
}

/** @returns {{ median: number, low: number, high: number, rounds: number }} low and high: the quartiles */
export function summary(values) {
  const sorted = Float64Array.from(values).sort();
  return {
    median: between(sorted, 0.5),
    low: between(sorted, 0.25),
    high: between(sorted, 0.75),
    rounds: sorted.length,
  };
}

export function median(values) {
  return summary(values).median;
}

/**
 * Where the true median lies with 95 % confidence, from the ranks (binomial; no assumption on the distribution).
 *
 * @returns {[low: number, high: number]}
 */
export function confidence(values) {
  const sorted = Float64Array.from(values).sort();
  const half = (1.96 * Math.sqrt(sorted.length)) / 2;
  const rank = (place) => sorted[Math.min(sorted.length - 1, Math.max(0, place))];
  return [rank(Math.floor(sorted.length / 2 - half)), rank(Math.ceil(sorted.length / 2 + half) - 1)];
}

function between(sorted, q) {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}
