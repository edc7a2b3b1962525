import { collectorOf, findPrograms, storeOf } from './programs.mjs';

/** A collector and a store. */
export class Stack {
  /** Where the store is. */
  storeUrl;
  /** Where processes push to: a base. */
  collectorUrl;
  /** Whether they are ours, and can be killed. */
  isOwn;
  #collector;
  #store;

  constructor(storeUrl, collectorUrl, own) {
    this.storeUrl = storeUrl;
    this.collectorUrl = collectorUrl;
    this.isOwn = own !== undefined;
    this.#collector = own?.collector;
    this.#store = own?.store;
  }

  /**
   * Starts both.
   *
   * @throws {import('./programs.mjs').MissingProgram} where one cannot be had
   */
  static async start() {
    const programs = findPrograms();
    const store = await storeOf(programs);
    const collector = await collectorOf(programs, store.otlpUrl);
    const stack = new Stack(store.url, collector.url, { store: store.program, collector: collector.program });
    try {
      await store.program.start();
      await collector.program.start();
      return stack;
    } catch (error) {
      await stack.close();
      throw error;
    }
  }

  get running() {
    return { collector: this.#collector?.isRunning ?? true, store: this.#store?.isRunning ?? true };
  }

  /** Kills the collector, or starts it again. */
  async toggleCollector() {
    await toggle(this.#collector);
  }

  /** Kills the store, or starts it again with the data it had. */
  async toggleStore() {
    await toggle(this.#store);
  }

  /** Starts what was killed. */
  async repair() {
    await this.#store?.start();
    await this.#collector?.start();
  }

  async close() {
    await this.#collector?.close();
    await this.#store?.close();
  }
}

async function toggle(program) {
  if (program?.isRunning) await program.kill();
  else await program?.start();
}
