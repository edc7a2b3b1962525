// Copies of `ws` beside the one that the rows are run with.

const classesOf = (WebSocket) => ({ ...WebSocket, WebSocket, WebSocketServer: WebSocket.Server });

/** The same version of `ws` in a folder of another name. */
exports.hiddenCopy = (t) => classesOf(t.app.require('./hidden/web-socket'));

/** Another version of `ws`, which a dependency has brought. */
exports.otherCopy = (t) => classesOf(t.app.require('./node_modules/dependency/node_modules/ws'));
