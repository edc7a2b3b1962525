// Types are checked by `npm run types`; here swc only strips them.
const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
    // its `import()` of a module of Node.js never ends in jest; it becomes a `require`
    'otlp-exporter-base/build/src/.*\\.js$': ['@swc/jest', { jsc: { target: 'es2023' }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!@opentelemetry/otlp-exporter-base/)'],
  ...more,
});

module.exports = {
  // Suites that start processes and measure time do not share the machine with each other.
  maxWorkers: 2,
  testTimeout: 20_000,
  projects: [
    project('unit', ['<rootDir>/test/unit/**/*.test.ts']),
    project('integration', ['<rootDir>/test/integration/**/*.test.ts']),
    project('e2e', ['<rootDir>/test/e2e/**/*.test.ts']),
    project('conformance', ['<rootDir>/test/conformance/**/*.test.ts']),
    project('invisibility', ['<rootDir>/test/invisibility/**/*.test.ts']),
    project('applications', ['<rootDir>/test/applications/**/*.test.ts']),
    project('matrix', ['<rootDir>/test/matrix/**/*.test.ts']),
    project('soak', ['<rootDir>/test/soak/**/*.test.ts'], {
      globalSetup: '<rootDir>/test/soak/require-linux.cjs',
    }),
    project('stack', ['<rootDir>/test/stack/**/*.test.ts'], {
      globalSetup: '<rootDir>/test/stack/require-programs.cjs',
    }),
  ],
};
