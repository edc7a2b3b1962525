// Runs before the stack tests: without the real servers they say in one line how to get them.
const { accessSync, constants, existsSync, realpathSync } = require('node:fs');
const { basename, delimiter, join } = require('node:path');

const PROGRAMS = ['prometheus', 'promtool', 'alertmanager', 'amtool', 'victoria-metrics', 'otelcol'];
const TEMPLATES = '/usr/share/prometheus';

module.exports = () => {
  const missing = PROGRAMS.filter((program) => !find(program));
  if (missing.length > 0) {
    end(
      `${missing.join(', ')}: install ${PROGRAMS.join(', ')} and put them on the PATH; ` +
        'on Debian, shared/stack/get-stack.sh DIR fetches them, then PATH=DIR/bin:$PATH',
    );
  }
  // Debian's build, which goes by this name, reads them from one place, even where its package was only unpacked
  const isDebian = basename(realpathSync(find('alertmanager'))) === 'prometheus-alertmanager';
  if (isDebian && !existsSync(`${TEMPLATES}/alertmanager/default.tmpl`)) {
    end(
      `the templates of Alertmanager in ${TEMPLATES}: install its package, or ln -s DIR/root${TEMPLATES} ${TEMPLATES}`,
    );
  }
};

function end(what) {
  process.stderr.write(`npm run test:stack needs ${what}\n`);
  process.exit(1);
}

/** @returns its path, or undefined where it is not on the PATH */
function find(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

module.exports.find = find;
