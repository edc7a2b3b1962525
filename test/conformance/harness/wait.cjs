const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');

/** Asks again and again until there is an answer that is not undefined or false. */
async function waitFor(what, ask, deadlineMs = 3000) {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > endMs) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await sleep(1);
  }
}

/** Lets everything happen that needs no more than a few turns of the event loop. */
async function settle() {
  for (let count = 0; count < 5; count++) await turn();
}

module.exports = { waitFor, settle };
