// Runs before the stack tests: without the real servers they say in one line how to get them.
const { accessSync, constants } = require('node:fs');
const { delimiter, join } = require('node:path');

const PROGRAMS = ['prometheus', 'promtool', 'alertmanager', 'amtool', 'victoria-metrics', 'otelcol'];

module.exports = () => {
  const missing = PROGRAMS.filter((program) => !isOnPath(program));
  if (missing.length === 0) return;
  process.stderr.write(
    `npm run test:stack needs ${missing.join(', ')}: install ${PROGRAMS.join(', ')} and put them on the PATH; ` +
      'on Debian, shared/stack/get-stack.sh DIR fetches them, then PATH=DIR/bin:$PATH\n',
  );
  process.exit(1);
};

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
