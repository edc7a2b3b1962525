import { startChurn } from '../support/churn.ts';
import { closeLeftovers } from '../support/leftovers.ts';

afterEach(closeLeftovers);

it('keeps nothing of 5,000 connections that have closed, been refused or been cut', async () => {
  const churn = await startChurn({ instrumented: true });
  const { made, collected, states } = await churn(5000);
  expect(made).toBeGreaterThan(10_000);
  expect([collected, states]).toEqual([made, 0]);
}, 60_000);
