import { WebSocket, WebSocketServer } from 'ws';
import { prototypesOf } from '../../../../src/instrumentation/ws/prototypes.ts';

it('finds the classes of ws, beneath subclasses too', () => {
  class OwnSocket extends WebSocket {
    setSocket(): void {
      // of its own
    }
  }
  class OwnServer extends WebSocketServer {}
  const found = { socket: WebSocket.prototype, server: WebSocketServer.prototype };
  expect(prototypesOf({ WebSocket, WebSocketServer })).toEqual(found);
  const { socket, server } = prototypesOf({ WebSocket: OwnSocket, WebSocketServer: OwnServer });
  expect(socket).toBe(WebSocket.prototype);
  expect(server).toBe(WebSocketServer.prototype);
  expect(prototypesOf({ WebSocket }).server).toBeUndefined();
});

it.each([
  [undefined, 'WebSocket is to be the class of ws'],
  [{}, 'WebSocket is to be the class of ws'],
  [{ WebSocket: class {} }, 'no method setSocket'],
  [{ WebSocket, WebSocketServer: class {} }, 'WebSocketServer is to be the class of ws'],
])('says that %p is none of ws', (classes, message) => {
  expect(() => prototypesOf(classes as never)).toThrow(message);
  expect(() => prototypesOf(classes as never)).toThrow(TypeError);
});
