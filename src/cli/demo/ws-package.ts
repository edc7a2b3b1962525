import type WebSocket from 'ws';
import { RunError } from '../run-error.ts';

/** The package `ws`, 7.5 or 8: its `WebSocket` class, with the server as `Server`. */
export type WsPackage = typeof WebSocket;

/**
 * Loads `ws`, which is not a dependency of this package: who measures a `ws` service has one, and shall not get a second.
 *
 * @throws RunError where neither this package nor the working directory has it
 */
export function loadWs(): WsPackage {
  let file: string;
  try {
    file = require.resolve('ws', { paths: [__dirname, process.cwd()] });
  } catch {
    throw new RunError('the demo needs the package ws, which is not installed: npm install ws');
  }
  return module.require(file) as WsPackage;
}
