import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { NATIVE_FIGURES, NativePeer, measureNative } from '../support/native-peer.ts';
import { Program } from '../support/program.ts';
import { answers, scrape } from '../support/scrape.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const CLIENT = resolve(__dirname, '../fixtures/matrix/native.mjs');

/** Without the flag, Node.js before 22 has no WebSocket. */
const FLAGS = Number(process.versions.node.split('.')[0]) < 22 ? ['--experimental-websocket'] : [];

async function startClient(urls: readonly string[], websocket: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config.json');
  const port = await freePort();
  writeFileSync(file, JSON.stringify({ prometheus: { port }, websocket }));
  const program = new Program([...FLAGS, '--import', 'telemetry-dashboard/register', CLIENT, ...urls], {
    env: { TELEMETRY_DASHBOARD_CONFIG: file },
  });
  const metricsUrl = `http://127.0.0.1:${port}/metrics`;
  await waitFor('the endpoint', () => answers(metricsUrl), 10_000);
  return { program, metricsUrl };
}

describe('the WebSocket of the platform under telemetry-dashboard/register', () => {
  it('has every handshake, connection, close and error of it measured, by code and type', async () => {
    const peer = await NativePeer.start();
    const { program, metricsUrl } = await startClient(peer.urls);
    const { whileOpen, atEnd } = await measureNative(peer, () => scrape(metricsUrl));
    expect(whileOpen).toBe(peer.connections);
    expect(atEnd).toEqual(NATIVE_FIGURES);
    expect(program.stderr).toBe('');
  });

  it('is not measured with websocket.enabled: false', async () => {
    const peer = await NativePeer.start();
    const { metricsUrl } = await startClient(peer.urls, { enabled: false });
    await peer.allOpen();
    const metrics = await scrape(metricsUrl);
    expect(metrics.value('websocket_client_open_connections', { websocket_connection_state: 'active' })).toBe(0);
    expect(metrics.sum('websocket_client_handshake_duration_seconds_count')).toBe(0);
  });
});
