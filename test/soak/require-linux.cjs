// Runs before the soak tests: what they compare with is in /proc.
module.exports = () => {
  if (process.platform === 'linux') return;
  process.stderr.write('npm run test:soak runs on Linux only: it compares with the connections that /proc lists\n');
  process.exit(1);
};
