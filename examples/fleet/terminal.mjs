// What the user asks for while it runs.

const INTERRUPTED = 130;

/** Resolves at the first Ctrl-C, SIGTERM or closing of the terminal; the second ends the process at once. */
export function interruption() {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        if (isAsked) process.exit(INTERRUPTED);
        isAsked = true;
        resolve(undefined);
      });
    }
  });
}

/**
 * Calls a function at each press of its key, where standard input is a terminal.
 *
 * @param {Record<string, () => unknown>} keys
 * @returns {() => void} ends it
 */
export function onKeys(keys) {
  const { stdin } = process;
  if (!stdin.isTTY) return () => undefined;
  const listener = (text) => {
    for (const key of text) {
      if (key === '\x03')
        process.kill(process.pid, 'SIGINT'); // Ctrl-C comes as a key now
      else keys[key]?.();
    }
  };
  stdin.setRawMode(true).setEncoding('utf8').on('data', listener).resume();
  return () => stdin.off('data', listener).setRawMode(false).pause();
}
