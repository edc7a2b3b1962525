import { createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeBody } from '../../../src/http/body.ts';
import { closeLater, closeLeftovers } from '../../support/leftovers.ts';
import { waitFor } from '../../support/wait-for.ts';

afterEach(closeLeftovers);

/** Serves what `answer` writes. @returns the response to one request */
async function ask(answer: (response: ServerResponse) => void): Promise<IncomingMessage> {
  const server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
  request.on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response.on('error', () => undefined);
}

/** Makes chunks, each as slowly as a slice of the event loop is long. */
function* slowChunks(count: number, onChunk: () => void = () => undefined): Generator<string> {
  for (let chunk = 0; chunk < count; chunk++) {
    const endMs = performance.now() + 2;
    while (performance.now() < endMs);
    onChunk();
    yield `chunk ${chunk}\n`;
  }
}

describe('writeBody', () => {
  it('writes all chunks in their order', async () => {
    let written: Promise<boolean> | undefined;
    const response = await ask((target) => {
      written = writeBody(target, slowChunks(20), false);
    });
    const text = (await response.setEncoding('utf8').toArray()).join('');
    expect(text).toBe(Array.from({ length: 20 }, (_, chunk) => `chunk ${chunk}\n`).join(''));
    await expect(written).resolves.toBe(true);
  });

  it('lets the event loop turn in between', async () => {
    let turns = 0;
    const turn = (): void => {
      turns++;
      immediate = setImmediate(turn);
    };
    let immediate = setImmediate(turn);
    closeLater(() => clearImmediate(immediate));
    const turnsAtChunk: number[] = [];
    const response = await ask(
      (target) =>
        void writeBody(
          target,
          slowChunks(10, () => turnsAtChunk.push(turns)),
          false,
        ),
    );
    await response.resume().toArray();
    for (let chunk = 1; chunk < 10; chunk++) expect(turnsAtChunk[chunk]).toBeGreaterThan(turnsAtChunk[chunk - 1]!);
  });

  it('makes no more chunks once the client is gone', async () => {
    let chunks = 0;
    let written: Promise<boolean> | undefined;
    const response = await ask((target) => {
      written = writeBody(
        target,
        slowChunks(5000, () => chunks++),
        false,
      );
    });
    response.destroy();
    await expect(written).resolves.toBe(false);
    expect(chunks).toBeLessThan(5000);
  });

  it.each([true, false])(
    'waits for a client that reads slowly, and lets go of one that never reads on (zipped: %p)',
    async (zipped) => {
      const line = Array.from({ length: 20_000 }, (_, index) => `${index} ${Math.sin(index)}\n`).join('');
      function* manyChunks(): Generator<string> {
        for (let chunk = 0; chunk < 200; chunk++) {
          made++;
          yield line;
        }
      }
      let made = 0;
      let written: boolean | undefined;
      const response = await ask(
        (target) => void writeBody(target, manyChunks(), zipped).then((whole) => (written = whole)),
      );
      await waitFor('the writing to wait', () => made > 1);
      const before = made;
      expect(before).toBeLessThan(200);
      expect(written).toBeUndefined();
      response.destroy();
      await waitFor('the writing to end', () => written === false);
    },
  );
});
