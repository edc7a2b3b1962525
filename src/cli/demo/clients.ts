// The process of the demo's clients and of the service further up. What happens here is not measured.
import { sendSomething } from './chatter.ts';
import { Fleet } from './fleet.ts';
import { intrude } from './intruder.ts';
import { Pacer } from './pacer.ts';
import type { Order, Report } from './protocol.ts';
import { Schedule } from './schedule.ts';
import { Upstream } from './upstream.ts';
import { loadWs } from './ws-package.ts';

const ws = loadWs();
const upstream = new Upstream(ws);
const schedule = new Schedule();
let fleet: Fleet | undefined;
let pacer: Pacer | undefined;
let stopped = false;

function report(report: Report): void {
  // where the parent has gone, there is nobody to tell
  if (process.connected) process.send?.(report, () => undefined);
}

async function start({ url, clients, ratePerSecond }: Extract<Order, { kind: 'start' }>): Promise<void> {
  const sending = (fleet = new Fleet(ws, url, clients));
  await sending.connected();
  if (stopped) return;
  pacer = new Pacer(ratePerSecond, () => {
    const client = sending.take();
    if (client) sendSomething(client);
    return client !== undefined;
  });
  let intruders = 0;
  // the first of each early: within seconds every metric has moved
  schedule.every(2000, () => sending.replaceOne(), 700);
  schedule.every(4000, () => intrude(ws, url, intruders++ % 2 === 0), 1000);
  schedule.every(30_000, () => upstream.misbehave(), 1500);
  report({ kind: 'started' });
}

async function stop(deadlineMs: number): Promise<void> {
  stopped = true;
  schedule.stop();
  pacer?.stop();
  const unfinished = (await fleet?.finish(deadlineMs)) ?? 0;
  const none = { messages: 0, bytes: 0 };
  report({ kind: 'stopped', counts: fleet?.counts ?? { sent: none, received: none }, unfinished });
}

function close(): void {
  fleet?.close();
  upstream.close();
  process.disconnect();
}

process.on('message', (order: Order) => {
  if (order.kind === 'start') void start(order);
  else if (order.kind === 'stop') void stop(order.deadlineMs);
  else close();
});
// a terminal sends its Ctrl-C to both processes: when to end is the parent's business
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// the parent has gone, however it went
process.on('disconnect', () => {
  schedule.stop();
  pacer?.stop();
  setTimeout(() => process.exit(), 200).unref();
});
void upstream.listening().then((url) => {
  report({ kind: 'listening', url });
});
