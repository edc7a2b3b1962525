// node --expose-gc flood.mjs: records messages of ever new types.
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../worker.mjs';
import { dashboard } from './ours.mjs';

let types = 0;

serve({
  /** Records until there were `total` types. */
  flood: async (total) => {
    const before = process.cpuUsage();
    const first = types;
    for (; types < total; types++) dashboard.recordMessage('incoming', 100, `type-${types}`);
    const { user, system } = process.cpuUsage(before);
    for (let turn = 0; turn < 3; turn++) {
      await sleep(20);
      globalThis.gc();
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return {
      bytes: heapUsed + arrayBuffers,
      nanoseconds: ((user + system) * 1000) / Math.max(1, total - first),
      overflow: dashboard.prometheus.value('telemetry.overflow', { metric: 'websocket.server.messages' }),
      messages: dashboard.prometheus.value('websocket.server.messages'),
    };
  },
});
