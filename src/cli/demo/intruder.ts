import type { WsPackage } from './ws-package.ts';

/** A frame of an opcode that RFC 6455 reserves, without payload: from a client, and from a server. */
const BAD_CLIENT_FRAME = Buffer.from([0x83, 0x80, 0, 0, 0, 0]);
export const BAD_SERVER_FRAME = Buffer.from([0x83, 0x00]);

/** Connects as somebody who breaks the protocol, or who is gone at once. Neither sends nor gets a data message. */
export function intrude(ws: WsPackage, url: string, breaksProtocol: boolean): void {
  const socket = new ws(url);
  socket.on('upgrade', (response) => {
    socket.on('open', () => {
      if (breaksProtocol) response.socket.write(BAD_CLIENT_FRAME);
      else socket.terminate();
    });
  });
  // what it provokes is what it is for
  socket.on('error', () => undefined);
}
