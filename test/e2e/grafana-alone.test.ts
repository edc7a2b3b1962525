import { resolve } from 'node:path';
import type { Fault } from '../support/fake-grafana/fault.ts';
import { FakeGrafana } from '../support/fake-grafana/fake-grafana.ts';
import { closeLeftovers } from '../support/leftovers.ts';
import { Program } from '../support/program.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

// what it waits for takes a minute at least
describe('a process that has nothing else to do ends, though an edit of a dashboard waits', () => {
  it.each<readonly [string, string, Fault]>([
    ['for an answer of Grafana', 'GET', { kind: 'hang' }],
    ['for a save to be answered', 'POST', { kind: 'hang' }],
    ['for Grafana to be back', 'GET', { kind: 'status', status: 503 }],
    ['for a turn after a conflict', 'POST', { kind: 'status', status: 412 }],
  ])('%s', async (_, failing, fault) => {
    const grafana = await FakeGrafana.start();
    grafana.state.putDashboard({ uid: 'service', title: 'Service', panels: [] });
    grafana.fail(fault, Infinity, ({ method }) => method === failing);
    const program = new Program([resolve(__dirname, '../fixtures/grafana-alone.cjs'), new URL(grafana.url).port]);
    await waitFor('the request', () => grafana.requests.some(({ method }) => method === failing));
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.stdout).toBe('nothing to do\n');
  });
});
