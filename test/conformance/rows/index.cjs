// All rows. Those of the default configuration come first, under the dashboard that `register` has started, and last those that
// leave something open.

const THEMES = [
  'opening-servers',
  'opening-streams',
  'opening-at-once',
  'sending-forms',
  'sending-fragments',
  'sending-frames',
  'sending-compressed',
  'sending-unsent',
  'receiving',
  'listening',
  'closing-pairs',
  'closing-alone',
  'idle',
  'failing',
  'handshakes',
  'refusals',
  'dialling',
  'pings',
  'labels',
  'copies',
  'instrumentations',
];

const rows = THEMES.flatMap((theme) => require(`./${theme}.cjs`).map((row) => ({ ...row, theme })));

const rankOf = ({ config, messageType, neverCloses }) => (neverCloses ? 2 : (config ?? messageType) ? 1 : 0);

const numbersOf = (version) => version.split('.').map(Number);

function isBefore(version, other) {
  const [major, minor = 0] = numbersOf(version);
  const [otherMajor, otherMinor = 0] = numbersOf(other);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

/** The rows that hold for a version of `ws` in a module system, in the order in which they are run. */
exports.rowsFor = (version, system) =>
  rows
    .filter(
      ({ from, until, only }) =>
        !(from && isBefore(version, from)) && !(until && !isBefore(version, until)) && (only ?? system) === system,
    )
    .sort((a, b) => rankOf(a) - rankOf(b));
