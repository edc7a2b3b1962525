const { isDeepStrictEqual } = require('node:util');
const { ROLES, compare, difference, expand, impossibleTimes } = require('./figures.cjs');
const { Tools } = require('./tools.cjs');
const { settle, waitFor } = require('./wait.cjs');

/** How long a row may take, and how long its figures may take to be right. */
const ROW_MS = 8000;
const FIGURES_MS = 2000;

const NOTHING = { server: {}, client: {} };

/**
 * Runs rows one after the other and writes a line of JSON for each: `{ name, problems }`.
 *
 * A row's `server` and `client` say all that its role must have measured: what is not there must be 0. Figures are asked for
 * until they are right, and must stay right. `up` and `down` are the bytes that frames take from client to server and back
 * ('measured': as the two TCP sockets count them; 'any': not compared); they are expected of each role that has opened a
 * connection. Behind each row everything is closed, and no connection and no buffer may be left. `warns`: what the package must log,
 * `crashes`: what the process must see. `neverCloses` is for what `ws` itself never gets closed: a socket whose listener has thrown.
 */
async function runRows({ rows, dashboard, ws, app }) {
  const crashes = [];
  process.on('uncaughtException', (error) => crashes.push(`uncaughtException ${error?.message ?? error}`));
  process.on('unhandledRejection', (reason) => crashes.push(`unhandledRejection ${reason?.message ?? reason}`));
  for (const row of rows) {
    const startMs = performance.now();
    crashes.length = 0;
    let problems;
    try {
      problems = await runRow(row, dashboard, new Tools(ws, app), crashes);
    } catch (error) {
      problems = [`the row itself failed: ${error?.stack ?? error}`];
    }
    process.stdout.write(
      `${JSON.stringify({ name: row.name, problems, ms: Math.round(performance.now() - startMs) })}\n`,
    );
  }
}

async function runRow(row, dashboard, tools, crashes) {
  await dashboard.configure(row);
  // a row may bring an instrumentation of its own, whose figures are then those that count
  const figures = () => tools.ownFigures?.() ?? dashboard.figures();
  const problems = [];
  try {
    const before = await figures();
    const startMs = performance.now();
    tools.dashboardNow = async () => difference(before, await dashboard.figures());
    tools.now = async () => difference(tools.ownFigures ? NOTHING : before, await figures());
    await within(ROW_MS, row.run(tools));
    const check = async () => problemsOf(row, tools, await tools.now(), startMs, crashes);
    await waitFor('figures', async () => (await check()).length === 0, FIGURES_MS).catch(() => undefined);
    await settle();
    problems.push(...(await check()));
    const warnings = dashboard.takeWarnings();
    const { warns = [] } = row;
    if (warnings.length !== warns.length || !warns.every((pattern, index) => pattern.test(warnings[index]))) {
      problems.push(`logged: [${warnings.join(', ')}] instead of [${warns.join(', ')}]`);
    }
  } finally {
    if (!row.neverCloses) await within(ROW_MS, tools.close());
    await settle();
  }
  if (row.neverCloses) {
    await tools.abandon();
    await dashboard.forget();
    return problems;
  }
  const left = await waitFor('nothing to be left', async () => leftOf(await figures()).length === 0, FIGURES_MS).catch(
    async () => leftOf(await figures()),
  );
  if (left !== true) problems.push(...left);
  await tools.finish?.();
  return problems;
}

function problemsOf(row, tools, actual, startMs, crashes) {
  const expected = Object.fromEntries(ROLES.map((role) => [role, expand(row[role] ?? {}, wireOf(row, role, tools))]));
  const elapsedSeconds = (performance.now() - startMs) / 1000;
  const problems = [...compare(expected, actual), ...impossibleTimes(actual, elapsedSeconds, row.seconds)];
  const allowed = row.crashes ?? [];
  if (!isDeepStrictEqual(crashes, allowed)) {
    problems.push(`the process saw [${crashes.join(', ')}] instead of [${allowed.join(', ')}]`);
  }
  return problems;
}

/** Bytes that a role must have received and sent. */
function wireOf({ up = 0, down = 0, ...row }, role, tools) {
  if (!Object.keys(row[role] ?? {}).some((key) => key.startsWith('handshake 101'))) return [0, 0];
  const bytes = (value, direction) => (value === 'measured' ? tools.written[direction] : value);
  const [sent, answered] = [bytes(up, 'up'), bytes(down, 'down')];
  return role === 'server' ? [sent, answered] : [answered, sent];
}

const leftOf = (figures) =>
  ROLES.flatMap((role) =>
    ['open', 'idle', 'buffer', 'buffer max']
      .filter((key) => (figures[role][key] ?? 0) !== 0)
      .map((key) => `${role}: ${key}: ${figures[role][key]} is left behind the row`),
  );

async function within(deadlineMs, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { runRows };
