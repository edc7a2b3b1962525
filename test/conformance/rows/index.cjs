// All rows, those of the default configuration first: they then run under the dashboard that `register` has started.

const THEMES = ['opening', 'sending', 'receiving', 'listening', 'closing', 'failing', 'handshakes', 'refusals', 'dialling', 'pings', 'labels', 'copies'];

const rows = THEMES.flatMap((theme) => require(`./${theme}.cjs`).map((row) => ({ ...row, theme })));

const isConfigured = (row) => Boolean(row.config ?? row.messageType);

const numbersOf = (version) => version.split('.').map(Number);

function isBefore(version, other) {
  const [major, minor = 0] = numbersOf(version);
  const [otherMajor, otherMinor = 0] = numbersOf(other);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

/** The rows that hold for a version of `ws` in a module system, in the order in which they are run. */
exports.rowsFor = (version, system) =>
  rows
    .filter(({ from, until, only }) => !(from && isBefore(version, from)) && !(until && !isBefore(version, until)) && (only ?? system) === system)
    .sort((a, b) => Number(isConfigured(a)) - Number(isConfigured(b)));
