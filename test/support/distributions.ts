/** A source of random numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Draws one value of a distribution whose middle is about 1. */
export type Draw = (random: () => number) => number;

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** The shapes that latencies come in. */
export const DISTRIBUTIONS: Readonly<Record<string, Draw>> = {
  'lognormal, narrow': (random) => Math.exp(0.25 * normal(random)),
  lognormal: (random) => Math.exp(0.7 * normal(random)),
  'lognormal, wide': (random) => Math.exp(1.5 * normal(random)),
  bimodal: (random) => (random() < 0.8 ? 1 : 8) * Math.exp(0.2 * normal(random)),
  'bimodal, apart': (random) => (random() < 0.93 ? 1 : 60) * Math.exp(0.3 * normal(random)),
  Pareto: (random) => 0.5 / (1 - random()) ** (1 / 1.5),
  uniform: (random) => 0.5 + random(),
  'uniform from zero': (random) => 2 * random(),
  exponential: (random) => -Math.log(1 - random()),
  constant: () => 1,
};
