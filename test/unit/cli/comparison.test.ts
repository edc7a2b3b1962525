import { compareCounts } from '../../../src/cli/demo/comparison.ts';

const flow = (incoming: number, outgoing: number) => ({ incoming, outgoing, total: incoming + outgoing, perSecond: 0 });
const clients = { sent: { messages: 1000, bytes: 64_240 }, received: { messages: 3000, bytes: 90_000 } };

describe('compareCounts', () => {
  it('tells both sides where they are equal', () => {
    expect(compareCounts(clients, { messages: flow(1000, 3000), bandwidth: flow(64_240, 90_000) })).toEqual({
      equal: true,
      text: 'clients sent 1,000 messages (64.2 kB), server received 1,000 (64.2 kB); server sent 3,000 messages (90.0 kB), clients received 3,000 (90.0 kB): equal',
    });
  });

  it('tells by how much each count differs', () => {
    const { equal, text } = compareCounts(clients, { messages: flow(999, 3000), bandwidth: flow(64_176, 90_001) });
    expect(equal).toBe(false);
    expect(text).toMatch(
      /: server received 1 messages too few, server received 64 bytes too few, server sent 1 bytes too many$/,
    );
  });
});
