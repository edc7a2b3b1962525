'use strict';
const { GraphQLError, GraphQLObjectType, GraphQLSchema, GraphQLString, GraphQLInt } = require('graphql');
const { createClient } = require('graphql-ws');
const { useServer } = require('graphql-ws/use/ws');
const WebSocket = require('ws');
const { count, next, run, see, until } = require('./report.cjs');

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      hello: { type: GraphQLString, resolve: () => 'world' },
      fails: {
        type: GraphQLString,
        resolve: () => {
          throw new GraphQLError('of the resolver');
        },
      },
    },
  }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      count: {
        type: GraphQLInt,
        async *subscribe() {
          for (let count = 1; count <= 3; count++) yield { count };
        },
      },
      forever: {
        type: GraphQLInt,
        async *subscribe() {
          for (let forever = 0; ; forever++) {
            await new Promise(setImmediate);
            yield { forever };
          }
        },
      },
    },
  }),
});

async function all(results) {
  const values = [];
  for await (const value of results) values.push(value);
  return values;
}

run(async () => {
  const log = [];
  const wss = new WebSocket.Server({ port: 0, host: '127.0.0.1', path: '/graphql' });
  const server = useServer(
    {
      schema,
      onConnect: ({ connectionParams }) => connectionParams?.token !== 'bad',
      onDisconnect: (context, code, reason) => log.push(['disconnect', code, reason]),
      onClose: (context, code, reason) => log.push(['close', code, reason]),
      onComplete: () => log.push(['complete']),
    },
    wss,
  );
  await next(wss, 'listening');
  const url = `ws://127.0.0.1:${wss.address().port}/graphql`;
  const events = [];
  const client = createClient({ url, webSocketImpl: WebSocket, lazy: false, retryAttempts: 0 });
  client.on('message', () => count('received by the client'));
  for (const event of ['connecting', 'opened', 'connected', 'closed', 'error'])
    client.on(event, (subject) => events.push([event, subject?.code]));

  see('query', await all(client.iterate({ query: '{ hello }' })));
  see('error', await all(client.iterate({ query: '{ fails }' })));
  see('invalid', await all(client.iterate({ query: '{ nothing }' })).catch((error) => error));
  see('subscription', await all(client.iterate({ query: 'subscription { count }' })));

  // how many come before the end of it is a matter of time
  let received = 0;
  for await (const { data } of client.iterate({ query: 'subscription { forever }' })) {
    if (data.forever !== received++) see('out of order');
    if (received === 3) break;
  }
  see('stopped after', received);

  await client.dispose();
  await until(() => events.some(([event]) => event === 'closed') && log.some(([event]) => event === 'close'));
  see(
    'events of the client',
    events.map(([event, code]) => [event, code]),
  );
  const refused = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { token: 'bad' },
    onNonLazyError: () => {},
  });
  see('refused', await all(refused.iterate({ query: '{ hello }' })).catch(({ code, reason }) => [code, reason]));
  await until(() => log.filter(([event]) => event === 'close').length === 2);
  see('events of the server', log);
  await refused.dispose();
  await server.dispose();
  await new Promise((resolve) => wss.close(resolve));
});
