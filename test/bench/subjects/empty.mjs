// What the loop around a record costs by itself.
import { MASK, SECONDS } from '../values.mjs';

let sum = 0;
export const cases = {
  loop: (calls) => {
    for (let i = 0; i < calls; i++) if (SECONDS[i & MASK] === 0) sum++;
  },
};
export const total = () => sum;
