import { resolve } from 'node:path';
import { HttpSink } from '../support/http-sink.ts';
import { closeLeftovers } from '../support/leftovers.ts';
import { Program } from '../support/program.ts';
import { freePort } from '../support/free-port.ts';
import { SmtpSink, startRawServer } from '../support/smtp-sink.ts';

afterEach(closeLeftovers);

function start(kind: 'email' | 'alertmanager', port: number, end: 'leave' | 'close', section: object = {}): Program {
  const fixture = resolve(__dirname, '../fixtures/channel-alone.cjs');
  return new Program([fixture, kind, String(port), end, JSON.stringify(section)]);
}

/** A server that takes connections and never says more than this. */
const silent = (greeting = ''): Promise<number> => startRawServer((socket) => void socket.write(greeting));

// what they wait for takes a minute at least
describe('a process that has nothing else to do ends, though a channel of it waits', () => {
  it.each([
    ['for an answer of Alertmanager', 'alertmanager', () => silent(), {}],
    ['for Alertmanager to be back', 'alertmanager', freePort, {}],
    ['for a greeting of the mail server', 'email', () => silent(), {}],
    ['for TLS before the greeting', 'email', () => silent(), { secure: true }],
    ['for an answer of the mail server', 'email', () => silent('220 hello\r\n'), {}],
    ['for the mail server to be back', 'email', freePort, {}],
    ['for more alerts to come', 'email', freePort, { group_wait_ms: 60_000 }],
  ] as const)('%s', async (_, kind, serve, section) => {
    const program = start(kind, await serve(), 'leave', section);
    await program.said(/nothing to do/);
    expect(await program.exited).toEqual({ code: 0, signal: null });
  });
});

describe('a process whose channel is being closed does not end before the last try has', () => {
  it('of an alert for Alertmanager', async () => {
    const sink = await HttpSink.start((response) => void setTimeout(() => response.end(), 300));
    const program = start('alertmanager', Number(new URL(sink.url).port), 'close');
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect([program.stdout, sink.requests.length]).toEqual(['closed\n', 1]);
  });

  it('of a mail', async () => {
    const sink = await SmtpSink.start();
    const program = start('email', sink.port, 'close');
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect([program.stdout, sink.mails.length]).toEqual(['closed\n', 1]);
  });
});
