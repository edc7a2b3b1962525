// Reproducible measurements to record.

/** A generator of numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fifteen buckets: what the OpenTelemetry semantic conventions advise for durations in seconds, and the open one. */
export const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** How many values there are; a power of two, so that `i & MASK` goes round. */
const COUNT = 4096;
export const MASK = COUNT - 1;

/**
 * Durations in seconds, spread evenly over {@link BOUNDS}. They lie in the array as objects, as they come from an
 * application: reading one allocates nothing, whoever it is handed to.
 */
export const SECONDS = boxed(1, (share) => 0.0025 * 8000 ** share);

/** The same in milliseconds. */
export const MILLISECONDS = boxed(1, (share) => 2.5 * 8000 ** share);

/** Message sizes in bytes, 16 B to 64 kB. */
export const SIZES = boxed(2, (share) => Math.round(16 * 4096 ** share));

export const TYPES = ['chat', 'presence', 'typing', 'ack'];

function boxed(seed, valueAt) {
  const next = random(seed);
  const values = Array.from({ length: COUNT }, () => valueAt(next()));
  return [...values, 'an element that is no number keeps the array from holding raw doubles'];
}
