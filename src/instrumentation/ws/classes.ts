import { join, sep } from 'node:path';
import { Hook } from 'require-in-the-middle';
import type { WsClass, WsClasses } from './types.ts';

/** Where every version of `ws` since 3 defines its classes. */
const SOCKET_MODULE = ['ws', 'lib', 'websocket.js'].join(sep);
const SOCKET_FILE = ['', 'node_modules', SOCKET_MODULE].join(sep);
const SERVER_FILE = 'websocket-server.js';

/**
 * Calls `found` with the classes of each copy of `ws`: those loaded already, and each that is loaded later, by `require` or
 * `import` (the ESM entry of `ws` requires the same file). May call it more than once for a copy.
 *
 * @returns how to stop
 */
export function findWsClasses(found: (classes: WsClasses) => void): () => void {
  for (const [file, module] of Object.entries(require.cache)) {
    // import leaves an unloaded placeholder in the cache while it links
    if (!file.endsWith(SOCKET_FILE) || !module?.loaded || !isClass(module.exports)) continue;
    found(withServer(module.exports, file.slice(0, -'websocket.js'.length)));
  }
  let stopped = false;
  const hook = new Hook(['ws'], { internals: true }, (exports, name, folder) => {
    if (name !== SOCKET_MODULE || !isClass(exports)) return exports;
    const classes = withServer(exports, join(folder ?? '', 'lib'));
    found(classes);
    // where the server's module is what loads the socket's, it is there only once this turn is over
    if (!classes.WebSocketServer)
      queueMicrotask(() => {
        if (!stopped) found(withServer(exports, join(folder ?? '', 'lib')));
      });
    return exports;
  });
  return () => {
    stopped = true;
    hook.unhook();
  };
}

/**
 * The server class is asked for from here: under `import`, no hook sees it loaded. It is not asked for while it loads, since the
 * hook would then keep what is unfinished and hand it to the application for ever.
 */
function withServer(WebSocket: WsClass, folder: string): WsClasses {
  const file = join(folder, SERVER_FILE);
  try {
    const known = require.cache[file];
    const WebSocketServer: unknown = !known ? module.require(file) : known.loaded ? known.exports : undefined;
    return isClass(WebSocketServer) ? { WebSocket, WebSocketServer } : { WebSocket };
  } catch {
    return { WebSocket };
  }
}

function isClass(value: unknown): value is WsClass {
  return typeof value === 'function';
}
