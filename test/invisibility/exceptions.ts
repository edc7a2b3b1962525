/** A difference that an application can find and that stays, because nothing else would give the figure. */
export interface Exception {
  readonly reason: string;
  /** The observation without it. */
  readonly without: (value: unknown) => unknown;
}

type Property = readonly [name: string, ...rest: unknown[]];

const withoutProperties =
  (...names: string[]) =>
  (value: unknown): unknown =>
    (value as Property[]).filter(([name]) => !names.includes(name));

const OWN_EMIT: Exception = {
  reason: 'events are seen by wrapping `emit`, which the class inherits: the wrapper has to be its own',
  without: withoutProperties('emit'),
};

const TAPPED: Exception = {
  reason:
    'until a handshake has ended, its raw socket has methods of its own that are not enumerable: who refuses writes to the socket, and nothing else would tell',
  without: withoutProperties('write', 'end', 'emit'),
};

/**
 * By observation. Besides these: the source of the wrapped methods (`Function.prototype.toString`) is another, and stack traces
 * have frames of the instrumentation.
 */
export const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  'own properties of WebSocket.prototype': OWN_EMIT,
  'own properties of http.Server.prototype': OWN_EMIT,
  'own properties of https.Server.prototype': OWN_EMIT,
  'keys of the prototypes': {
    reason: 'as `emit` of EventEmitter, the own one is enumerable, so that `for in` over a socket finds it as before',
    without: (value) => (value as string[][]).map((keys) => keys.filter((key) => key !== 'emit')),
  },
  'own properties of the raw socket in verifyClient': TAPPED,
  "own properties of the raw socket in 'upgrade'": TAPPED,
  "own properties of the raw socket in 'headers'": TAPPED,
};

const STANDARD_ERROR: Exception = {
  reason: 'require-in-the-middle loads `debug`, which looks whether standard error is a terminal and thereby opens it',
  without: (output) => {
    const { stdout, ...rest } = output as { readonly stdout: string };
    const lines = stdout.split('\n').map((line) =>
      line
        .replace(/\bPipeWrap,?/, '')

        .replace(/(?<=open \S* )\d+$/, 'N'),
    );
    return { ...rest, stdout: lines.join('\n') };
  },
};

/** By program that ends. */
export const ENDING_EXCEPTIONS: Readonly<Record<string, Exception>> = {
  'a process without anything to do': STANDARD_ERROR,
  'a process whose sockets are closed': STANDARD_ERROR,
  'a process whose sockets are let go': STANDARD_ERROR,
};
