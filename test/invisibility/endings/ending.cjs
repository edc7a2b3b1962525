'use strict';
// Programs that end by themselves, by a signal, or by their own wish.
const { peers, say, talk } = require('./talk.cjs');

module.exports = {
  'a socket that is frozen wholly': {
    run: async () => {
      const { client } = await peers().connect();
      Object.freeze(client);
      for (const name of ['send', 'ping', 'emit', 'close', 'terminate']) {
        try {
          say(name, 'returned', client[name]('message'));
        } catch (error) {
          say(name, 'threw', error.message);
        }
      }
      process.exit();
    },
  },
  'a process without anything to do': {
    run: async () => {
      process.on('beforeExit', () => say('beforeExit', process.getActiveResourcesInfo()));
      process.on('exit', (code) => say('exit', code, process.eventNames().map(String), process.listenerCount('exit')));
      peers();
    },
  },
  'a process whose sockets are closed': {
    run: async () => {
      process.on('beforeExit', () => say('beforeExit', process.getActiveResourcesInfo()));
      const { wss, client } = await talk(({ socket }) => {
        say('open', process.getActiveResourcesInfo().sort(), process._getActiveHandles().length);
        socket.on('message', (data) => socket.send(data));
      });
      client.on('close', () => wss.close(() => say('closed', process.getActiveResourcesInfo().sort())));
    },
  },
  'a process whose clients were refused': {
    run: async () => {
      const { dial, listen, next, urlOf } = peers();
      const wss = await listen({ verifyClient: (info, done) => setImmediate(done, false, 401) });
      await next(dial(urlOf(wss)), 'error');
      wss.close();
    },
  },
  'a process whose sockets are let go': {
    run: async () => {
      const { wss, client, socket } = await peers().connect();
      for (const held of [wss._server, client._socket, socket._socket]) held.unref();
      say('let go', process.getActiveResourcesInfo().sort());
    },
  },
  'a process that exits in a listener': {
    run: () => talk(({ socket }) => socket.on('message', () => process.exit(5))),
  },
  'a process that is ended by a signal': {
    run: () => talk(({ socket }) => socket.on('message', () => process.kill(process.pid, 'SIGTERM'))),
  },
  'a process that aborts a message by an exit code': {
    run: async () => {
      process.exitCode = 4;
      const { wss, client } = await talk();
      client.on('close', () => wss.close());
    },
  },
  'a process with its warnings as errors': {
    flags: ['--throw-deprecation', '--trace-warnings'],
    run: async () => {
      process.on('warning', (warning) => say('warning', warning.message));
      const { wss, client } = await talk(({ socket }) => {
        for (let index = 0; index < 10; index++) socket.on('message', () => {});
        for (let index = 0; index < 10; index++) socket.on('close', () => {});
        for (let index = 0; index < 9; index++) socket.on('error', () => {});
      });
      client.on('close', () => wss.close());
    },
  },
  'a worker with sockets of its own': {
    run: async () => {
      const { Worker, isMainThread } = require('node:worker_threads');
      if (isMainThread) {
        const worker = new Worker(process.argv[1], { argv: process.argv.slice(2) });
        worker.on('error', (error) => say('error', error.message));
        worker.on('exit', (code) => say('worker ended', code));
        return;
      }
      const { wss, client } = await talk(({ socket }) => socket.on('message', () => say('message in the worker')));
      client.on('close', () => wss.close());
    },
  },
};
