'use strict';
// Listeners that come and go while an event is emitted.
const { connect, next } = require('../peers.cjs');

/** Sends `texts`, closes, and gives what `arrange` logged on the server's side. */
const logged =
  (arrange, texts = ['1', '2', '3']) =>
  async () => {
    const log = [];
    const { client, socket } = await connect();
    arrange(socket, log, client);
    for (const text of texts) client.send(text);
    client.close();
    await next(socket, 'close');
    return log;
  };

module.exports = {
  'a listener added during emit': logged((socket, log) => {
    socket.once('message', () => {
      log.push('first');
      socket.on('message', (data) => log.push(`added ${data}`));
    });
  }),
  'a listener removed during emit': logged((socket, log) => {
    const second = () => log.push('second');
    socket.on('message', () => {
      log.push('first');
      socket.off('message', second);
    });
    socket.on('message', second);
  }),
  'a listener that removes itself': logged((socket, log) => {
    socket.on('message', function self() {
      log.push('self');
      this.removeListener('message', self);
    });
    socket.on('message', () => log.push('other'));
  }),
  'all listeners removed during emit': logged((socket, log) => {
    socket.on('message', () => {
      log.push('first');
      socket.removeAllListeners('message');
    });
    socket.on('message', () => log.push('second'));
  }),
  'prependListener and prependOnceListener': logged((socket, log) => {
    socket.on('message', () => log.push('on'));
    socket.prependListener('message', () => log.push('prepended'));
    socket.prependOnceListener('message', () => log.push('prepended once'));
  }),
  'a message emitted during a message': logged((socket, log) => {
    socket.on('message', (data) => {
      log.push(`in ${data}`);
      if (String(data) === '1') socket.emit('message', Buffer.from('inner'), false);
      log.push(`out ${data}`);
    });
  }),
  'a socket terminated in its message listener': logged(
    (socket, log) => {
      socket.on('message', (data) => {
        log.push(String(data));
        socket.terminate();
      });
      socket.on('message', () => log.push(`state ${socket.readyState}`));
      socket.on('close', (code) => log.push(code));
    },
    ['1'],
  ),
  'a socket closed in its message listener': logged(
    (socket, log) => {
      socket.once('message', () => {
        socket.close(3000, 'enough');
        log.push(`state ${socket.readyState}`);
      });
      socket.on('close', (code) => log.push(code));
    },
    ['1'],
  ),
  'messages while paused': logged((socket, log) => {
    socket.on('message', (data) => {
      log.push(String(data));
      if (typeof socket.pause !== 'function') return;
      socket.pause();
      log.push(socket.isPaused);
      setImmediate(() => socket.resume());
    });
  }),
  'one listener twice': logged((socket, log) => {
    const listener = () => log.push('twice');
    socket.on('message', listener);
    socket.on('message', listener);
    socket.once('message', () => socket.off('message', listener));
  }),
};
