// A case in a process of its own, so that neither its compiled code nor its garbage disturbs another one.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CONFIG = fileURLToPath(new URL('monitoring.json', import.meta.url));

/** A child process that answers questions, one at a time. The parent's side; {@link serve} is the child's. */
export class Worker {
  #child;
  #failed;

  /**
   * @param {string} script under `test/bench`
   * @param {{ args?: string[], flags?: string[] }} [options] flags: for node
   */
  static async start(script, { args = [], flags = [] } = {}) {
    const worker = new Worker();
    worker.#child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
      execArgv: flags,
      env: { ...process.env, TELEMETRY_DASHBOARD_CONFIG: CONFIG },
      serialization: 'advanced',
    });
    worker.#failed = once(worker.#child, 'exit').then(([code, signal]) => {
      throw new Error(`${script} ${args.join(' ')} ended: ${code ?? signal}`);
    });
    worker.#failed.catch(() => undefined);
    worker.ready = await worker.#next();
    return worker;
  }

  /**
   * @param {string} question name of a handler of the child
   * @param {unknown} [value] its argument
   */
  ask(question, value) {
    this.#child.send({ question, value });
    return this.#next();
  }

  stop() {
    this.#child.kill('SIGKILL');
  }

  async #next() {
    const [message] = await Promise.race([once(this.#child, 'message'), this.#failed]);
    return message.answer;
  }
}

/**
 * Answers a parent's questions until it goes away.
 *
 * @param {Record<string, (value: any) => unknown>} handlers by question; may be asynchronous
 * @param {unknown} [ready] told to the parent first, as `worker.ready`
 */
export function serve(handlers, ready) {
  process.on('message', async ({ question, value }) => process.send({ answer: await handlers[question](value) }));
  process.on('disconnect', () => process.exit());
  process.send({ answer: ready });
}

/** Starts workers, hands them to `use`, and stops them whatever happens. */
export async function withWorkers(starting, use) {
  const started = await Promise.allSettled(starting);
  try {
    for (const { status, reason } of started) if (status === 'rejected') throw reason;
    return await use(started.map(({ value }) => value));
  } finally {
    for (const { value } of started) value?.stop();
  }
}
