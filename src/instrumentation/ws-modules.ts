import { sep } from 'node:path';
import { Hook } from 'require-in-the-middle';
import type { WsClass } from './ws-types.ts';

/** Where every version of `ws` since 3 defines its WebSocket class. */
const CLASS_MODULE = ['ws', 'lib', 'websocket.js'].join(sep);
const CLASS_FILE = ['', 'node_modules', CLASS_MODULE].join(sep);

/**
 * Calls `found` with the WebSocket class of each copy of `ws`: those loaded already, and each that is loaded later, by `require`
 * or `import` (the ESM entry of `ws` requires the same file). May call it more than once for a class.
 *
 * @returns how to stop
 */
export function findWebSocketClasses(found: (webSocket: WsClass) => void): () => void {
  for (const [file, module] of Object.entries(require.cache)) {
    // import leaves an unloaded placeholder in the cache while it links
    if (file.endsWith(CLASS_FILE) && module?.loaded && isClass(module.exports)) found(module.exports);
  }
  const hook = new Hook(['ws'], { internals: true }, (exports, name) => {
    if (name === CLASS_MODULE && isClass(exports)) found(exports);
    return exports;
  });
  return () => {
    hook.unhook();
  };
}

function isClass(value: unknown): value is WsClass {
  return typeof value === 'function';
}
