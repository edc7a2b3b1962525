import { closeLeftovers } from '../support/leftovers.ts';
import { startChurn } from '../support/churn.ts';

const WARM_UP = 10_000;
const CONNECTIONS = 100_000;
const MAX_BYTES_PER_CONNECTION = 10;

afterEach(closeLeftovers);

it('keeps nothing of a connection that has closed', async () => {
  const [ours, plain] = await Promise.all([grow(true), grow(false)]);
  process.stderr.write(
    `soak: heap per connection, ${WARM_UP} to ${CONNECTIONS} connections: ` +
      `${ours.bytesPerConnection.toFixed(2)} B instrumented, ${plain.bytesPerConnection.toFixed(2)} B not\n`,
  );
  expect(ours.end.collected).toBe(ours.end.made);
  expect(ours.end.states).toBe(0);
  expect(ours.bytesPerConnection).toBeLessThan(MAX_BYTES_PER_CONNECTION);
}, 600_000);

/** What the heap of a process grows by after its warm-up. */
async function grow(instrumented: boolean) {
  const churn = await startChurn({ instrumented });
  const start = await churn(WARM_UP);
  const end = await churn(CONNECTIONS - WARM_UP);
  const bytes = end.heapBytes + end.externalBytes - start.heapBytes - start.externalBytes;
  return { end, bytesPerConnection: bytes / (CONNECTIONS - WARM_UP) };
}
