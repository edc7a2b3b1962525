/** One step of the storm, as it is sent to the process that it is for. */
export interface Step {
  readonly to: 'server' | 'client' | 'process';
  readonly act: string;
  /** Which client process, as a share of them all. */
  readonly who: number;
  readonly [argument: string]: unknown;
}

type Random = () => number;
type Draw = (random: Random) => { readonly to: Step['to']; readonly act: string; readonly [argument: string]: unknown };

/** `undefined`: closed without a code. */
const CODES = [1000, 1000, 1001, 1011, 3000, 3999, 4000, 4999, undefined];
const SIZES = [0, 1, 125, 126, 1000, 65_535, 65_536, 70_000];
const RAW_OPENINGS = [
  ...['silent', 'half', 'garbage', 'noKey', 'badKey', 'badVersion', 'badMethod', 'badProtocol', 'plain'],
  ...['upgradeAndEnd', 'upgradeAndReset', 'upgradeAndTalk', 'upgrade', 'upgrade', 'upgrade', 'upgrade'],
];
const RAW_ACTS = [
  ...['message', 'ping', 'pong', 'closeFrame', 'badOpcode', 'badText', 'badCode', 'unmasked', 'halfFrame', 'fragment'],
  ...['end', 'reset', 'resetInFragment', 'endInFragment'],
];

const choice = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)] as Value;

const whole = (random: Random, from: number, to: number): number => from + Math.floor(random() * (to - from + 1));

/** One of the server's or a client's sockets: which, as a share of them all. */
const on = (random: Random, to: 'server' | 'client', act: string, more: object = {}): ReturnType<Draw> => ({
  to,
  act,
  place: random(),
  ...more,
});

const message = (random: Random): object => ({ size: choice(random, SIZES), binary: random() < 0.5 });

const eitherEnd = (random: Random): 'server' | 'client' => (random() < 0.5 ? 'server' : 'client');

/** Each kind of step with its weight. */
const KINDS: readonly (readonly [weight: number, draw: Draw])[] = [
  [14, (random) => ({ to: 'client', act: 'open', count: whole(random, 1, 20), deflate: random() < 0.3 })],
  [2, (random) => ({ to: 'client', act: 'open', count: whole(random, 1, 5), path: '/live?slow=20' })],
  [2, (random) => ({ to: 'client', act: 'open', count: whole(random, 1, 3), path: '/nowhere' })],
  [2, (random) => ({ to: 'client', act: 'open', count: whole(random, 1, 3), path: '/live?token=bad' })],
  [1, () => ({ to: 'client', act: 'open', count: 1, path: '/live?token=bad&slow=20' })],
  [1, () => ({ to: 'client', act: 'open', count: 1, key: 'bad key' })],
  [2, (random) => ({ to: 'client', act: 'open', count: whole(random, 1, 3), path: '/live?slow=20', abort: true })],
  [1, () => ({ to: 'client', act: 'open', count: 1, at: 'closed' })],
  [1, () => ({ to: 'client', act: 'open', count: 1, at: 'mute', handshakeTimeoutMs: 100 })],
  [10, (random) => on(random, eitherEnd(random), 'close', { code: choice(random, CODES), share: 0.06 * random() })],
  [6, (random) => on(random, eitherEnd(random), 'terminate', { share: 0.04 * random() })],
  [16, (random) => on(random, eitherEnd(random), 'send', { ...message(random), share: 0.2 * random() })],
  [1, (random) => on(random, 'client', 'send', { size: 300_000, binary: true })],
  [1, (random) => on(random, 'server', 'send', { size: 300_000, binary: true })],
  [2, (random) => on(random, eitherEnd(random), 'sendTwiceAndClose', { ...message(random), code: 1000 })],
  [6, (random) => on(random, eitherEnd(random), 'ping', { size: whole(random, 0, 125), share: 0.2 * random() })],
  [3, (random) => on(random, eitherEnd(random), 'pause', { share: 0.05 * random() })],
  [2, (random) => on(random, eitherEnd(random), 'resume', { share: 0.1 * random() })],
  [
    6,
    (random) => {
      const then = choice(random, ['finish', 'nothing', 'close', 'terminate', 'destroy', 'reset', 'endBelow']);
      return on(random, eitherEnd(random), 'fragment', { ...message(random), then, code: 1000 });
    },
  ],
  [3, (random) => on(random, eitherEnd(random), choice(random, ['destroy', 'reset', 'endBelow']))],
  [6, (random) => ({ to: 'client', act: 'raw', how: choice(random, RAW_OPENINGS) })],
  [9, (random) => on(random, 'client', 'rawAct', { how: choice(random, RAW_ACTS) })],
  [
    0.6,
    (random) => ({
      to: 'server',
      act: 'listen',
      place: whole(random, 0, 2),
      kind: choice(random, ['port', 'server', 'noServer']),
      deflate: random() < 0.5,
      samePort: random() < 0.5,
      clients: choice(random, ['leave', 'close', 'terminate']),
    }),
  ],
  [0.4, () => ({ to: 'process', act: 'SIGKILL' })],
  [0.4, () => ({ to: 'process', act: 'SIGTERM' })],
  [0.8, () => ({ to: 'process', act: 'SIGSTOP' })],
  [0.2, () => ({ to: 'process', act: 'SIGSTOP', server: true })],
  [1, () => ({ to: 'process', act: 'SIGCONT' })],
];

const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** Draws the next step; the same ones for the same random numbers, whatever the processes make of them. */
export function nextStep(random: Random): Step {
  const who = random();
  const toPort = random();
  let left = random() * TOTAL;
  for (const [weight, draw] of KINDS) {
    left -= weight;
    if (left < 0) return { who, toPort, ...draw(random) };
  }
  throw new Error('unreachable: the weights add up');
}
