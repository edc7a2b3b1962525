// prom-client with its children cached, the fastest way it offers.
import promClient from 'prom-client';
import { BOUNDS, MASK, SECONDS, SIZES, TYPES } from '../values.mjs';

const { Counter, Histogram } = promClient;
const SIZE_BOUNDS = Array.from({ length: 15 }, (_, n) => 16 * 2 ** n);
const labelNames = ['direction', 'type'];

const duration = new Histogram({ name: 'bench_duration', help: 'd', labelNames: ['region', 'kind'], buckets: BOUNDS });
const messages = new Counter({ name: 'bench_messages', help: 'm', labelNames });
const bytes = new Counter({ name: 'bench_bytes', help: 'b', labelNames });
const sizes = new Histogram({ name: 'bench_sizes', help: 's', labelNames: ['direction'], buckets: SIZE_BOUNDS });

const durationChild = duration.labels('eu', 'chat');
const traffic = ['receive', 'transmit'].map((direction) => ({
  types: TYPES.map((type) => ({ messages: messages.labels(direction, type), bytes: bytes.labels(direction, type) })),
  sizes: sizes.labels(direction),
}));

export const cases = {
  histogram: (calls) => {
    for (let i = 0; i < calls; i++) durationChild.observe(SECONDS[i & MASK]);
  },
  message: (calls) => {
    for (let i = 0; i < calls; i++) {
      const direction = traffic[(i >> 2) & 1];
      const type = direction.types[i & 3];
      const size = SIZES[i & MASK];
      type.messages.inc();
      type.bytes.inc(size);
      direction.sizes.observe(size);
    }
  },
};
