'use strict';
// What the programs share.
const { writeSync } = require('node:fs');

/** Written at once, since the process may be about to die. */
const say = (...words) => writeSync(1, `${words.map(String).join(' ')}\n`);

const peers = () => require('../peers.cjs');

function fail() {
  throw new RangeError('thrown by the application');
}

async function talk(arrange = () => {}) {
  const { connect } = peers();
  const both = await connect();
  arrange(both);
  both.client.send('hello');
  both.client.ping();
  both.client.close();
  return both;
}

module.exports = { say, peers, fail, talk };
