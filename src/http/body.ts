import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';

/** How long the writing may keep the event loop from its other work at a time. */
const SLICE_MS = 2;

/** What is written in one slice at the most, and one chunk. */
const SLICE_CHARACTERS = 1 << 18;

/**
 * Writes a response's body piece by piece and ends it. After each {@link SLICE_MS} it lets the event loop turn, so that a long body
 * does not hold up other work.
 *
 * @param chunks made one by one, as they are written
 * @param zipped whether the body is compressed; sets the header
 * @returns false where the client went away
 */
export async function writeBody(response: ServerResponse, chunks: Iterable<string>, zipped: boolean): Promise<boolean> {
  if (zipped) response.setHeader('content-encoding', 'gzip');
  const target: Writable = zipped ? zipInto(response) : response;
  // an error is the client's going away, which `destroyed` tells
  target.on('error', () => undefined);
  let text = '';
  // what went before, such as a collection, has used up the first slice
  let endMs = performance.now();
  for (const chunk of chunks) {
    text += chunk;
    if (performance.now() < endMs && text.length < SLICE_CHARACTERS) continue;
    if (!target.write(text)) await drained(target);
    await nextTurn();
    if (target.destroyed) return false;
    text = '';
    endMs = performance.now() + SLICE_MS;
  }
  target.end(text);
  return true;
}

function drained(target: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      target.off('drain', go).off('close', go);
      resolve();
    };
    target.on('drain', go).on('close', go);
  });
}

function zipInto(response: ServerResponse): Writable {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  pipeline(gzip, response, () => undefined);
  return gzip;
}
