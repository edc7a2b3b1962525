// Takes pushes, answers 200, and counts their bytes as they come and unpacked.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** @returns its URL for pushes, what it has taken since `take` was called last, and how to close it */
export async function startSink() {
  let taken = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const sent = Buffer.concat(chunks);
    taken.push({ sent, isZipped: request.headers['content-encoding'] === 'gzip' });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    take() {
      const bodies = taken.map(({ sent, isZipped }) => (isZipped ? gunzipSync(sent) : sent));
      const sentBytes = taken.reduce((sum, { sent }) => sum + sent.length, 0);
      taken = [];
      return { bodies, sentBytes, rawBytes: bodies.reduce((sum, { length }) => sum + length, 0) };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
