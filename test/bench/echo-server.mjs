// The echo server of the benchmarks in a process of its own.
import { Worker } from './worker.mjs';

/**
 * The same young generation for all, in MB. V8 sizes it by what survived so far, which in a server as small as this is what was
 * loaded at its start: four times fewer pauses, each twice as long, would else be what the p99 tells of.
 *
 * And the same first limit of the old one: by default a server of 9 MB comes to several full collections a second of large messages,
 * whose buffers count too, whether or not its sockets are measured, and one of 5 MB mostly to none.
 */
const HEAP = ['--min-semi-space-size=16', '--max-semi-space-size=16', '--initial-old-space-size=1024'];

const REGISTER = new URL('../../dist/register.js', import.meta.url).href;

/**
 * @param {{ variant?: string, deflate?: boolean, instrumented?: boolean }} how variant: who measures it by hand
 * @returns {Promise<Worker>} ready with its port
 */
export function startEchoServer({ variant = 'plain', deflate = false, instrumented = false }) {
  const args = deflate ? [variant, 'deflate'] : [variant];
  return Worker.start('subjects/echo.mjs', { args, flags: instrumented ? [...HEAP, '--import', REGISTER] : HEAP });
}
