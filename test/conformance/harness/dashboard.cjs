const { isDeepStrictEqual } = require('node:util');
const { figuresOf } = require('./figures.cjs');

/** The dashboard of the process, restarted where a row wants another configuration. */
class Dashboard {
  #package;
  #options;
  #current;
  /** What the package has logged since it was last asked. */
  #warnings = [];

  /** @param running the dashboard there is, started by `telemetry-dashboard/register` */
  constructor(telemetryDashboard, running) {
    this.#package = telemetryDashboard;
    this.#current = running;
    this.#options = running && { config: undefined, messageType: undefined };
  }

  async configure({ config, messageType }) {
    if (this.#options && isDeepStrictEqual(this.#options, { config, messageType })) return;
    await this.#current?.shutdown();
    this.#current = await this.#package.initializeTelemetryDashboard({
      config: { prometheus: { enabled: false }, ...(config && { websocket: config }) },
      ...(messageType && { messageType }),
      logger: {
        debug() {},
        info() {},
        warn: (text) => this.#warnings.push(text),
        error: (text) => this.#warnings.push(text),
      },
    });
    this.#options = { config, messageType };
  }

  /** The next row gets a dashboard that knows nothing of what is open now. */
  async forget() {
    await this.#current.shutdown();
    this.#current = this.#options = undefined;
  }

  async figures() {
    return figuresOf(await this.#current.metricProducer.collect());
  }

  takeWarnings() {
    return this.#warnings.splice(0);
  }

  async shutdown() {
    await this.#current?.shutdown();
  }
}

module.exports = { Dashboard };
