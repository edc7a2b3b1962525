import { WebSocket } from 'ws';
import { BYE, messageOf } from './messages.mjs';

/** So many messages may wait for their echo at once: a slow server is not drowned. */
const MOST_UNANSWERED = 32;

/**
 * @typedef {object} Server
 * @property {string} name of this life of a process: another one after a restart
 * @property {string} url
 */

/**
 * Connects to a server. All that is sent is echoed before the connection is closed from here, so both ends have counted the same.
 *
 * @param {Server} server
 * @param {import('./tally.mjs').Tally} tally counts what is sent to and got from this server
 */
export function connect(server, tally) {
  const socket = new WebSocket(server.url, { perMessageDeflate: false });
  let unanswered = 0;
  let isLeaving = false;
  /** @type {(() => void)[]} */
  const waiting = [];

  let hadBegun = false;
  /** @type {Promise<boolean>} with whether it had begun */
  const ended = new Promise((resolve) => {
    socket.on('close', () => {
      resolve(hadBegun);
      settle();
    });
  });
  const settle = () => {
    const isOver = socket.readyState !== WebSocket.OPEN && socket.readyState !== WebSocket.CONNECTING;
    if (unanswered > 0 && !isOver) return;
    for (const resolve of waiting.splice(0)) resolve();
    if (isLeaving && socket.readyState === WebSocket.OPEN) socket.close(1000);
  };
  /** Resolves once all that was sent is echoed, or nothing more can come. */
  const answered = () =>
    new Promise((resolve) => {
      waiting.push(() => resolve(undefined));
      settle();
    });

  socket.on('error', () => undefined); // close follows
  socket.on('open', () => {
    hadBegun = true;
    tally.opened();
    socket.on('close', () => tally.closed());
    settle();
  });
  socket.on('message', (/** @type {Buffer} */ data, isBinary) => {
    tally.message('received', isBinary, data.length);
    if (!isBinary && data.toString('latin1') === BYE) isLeaving = true;
    else unanswered--;
    settle();
  });

  return {
    server,
    ended,
    answered,
    /**
     * Sends the message of a number.
     *
     * @param {number} index
     * @returns {boolean} whether it could
     */
    send(index) {
      if (socket.readyState !== WebSocket.OPEN || isLeaving || unanswered >= MOST_UNANSWERED) return false;
      const message = messageOf(index);
      unanswered++;
      tally.message('sent', typeof message !== 'string', message.length);
      socket.send(message);
      return true;
    },
    /** Sends no more, waits for its echoes and closes. */
    async leave() {
      isLeaving = true;
      settle();
      await ended;
    },
  };
}
