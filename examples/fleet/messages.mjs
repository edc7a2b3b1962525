// What clients and servers say to each other.

/** A server's last word on a connection: the client waits for its echoes and then closes. */
export const BYE = 'bye';

/** Sizes of messages in bytes: on, below and above bounds of histogram buckets, and in every form of a frame's length. */
const SIZES = [1, 17, 63, 64, 65, 125, 126, 256, 257, 1000, 1024, 1025, 4096, 16_385, 65_536];

/** Every so many messages one is binary. */
const BINARY_EVERY = 3;

/**
 * The message of a number, always the same.
 *
 * @param {number} index from 0 on
 * @returns {string | Buffer} never the same as {@link BYE}
 */
export function messageOf(index) {
  const size = SIZES[index % SIZES.length];
  return index % BINARY_EVERY === 0 ? Buffer.alloc(size, index) : 'x'.repeat(size);
}
