'use strict';
// How the programs tell what they have seen, and what the package has counted.
const http = require('node:http');

const transcript = [];
const counts = {};

/** Adds to the transcript, which is the same in every run. */
const see = (what, ...values) => transcript.push(JSON.parse(JSON.stringify([what, ...values])));

/** Counts one more of something that the figures are compared with, and that may differ from run to run. */
const count = (what, by = 1) => (counts[what] = (counts[what] ?? 0) + by);

/** Resolves with the event's arguments. */
const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

/** Resolves once `condition` holds. */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** The text of a scrape of this process; undefined where the package is not there. */
async function scrape() {
  let dashboard;
  try {
    dashboard = require(process.env.DIST_INDEX).getTelemetryDashboard();
  } catch {
    return undefined;
  }
  const server = http.createServer(dashboard.metricsHandler).listen(0, '127.0.0.1');
  await next(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/metrics`;
  const text = await (await fetch(url, { headers: { connection: 'close' } })).text();
  server.close();
  return text;
}

/** Runs a program, and writes what it has seen and what a scrape gives as JSON. */
async function run(program) {
  await program();
  process.stdout.write(JSON.stringify({ transcript, counts, metrics: await scrape() }));
}

module.exports = { see, count, next, until, run };
