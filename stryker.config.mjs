import jestConfig from './jest.config.js';

const LIBRARY = 'libs/emay-ims/src';
/** Pure, with a spec beside each that needs no server: what a mutant costs is a second. */
const SOURCES = [
  'engine/account-circuit',
  'messages/message-state',
  'reports/report-matching',
  'sending/attempt-fence',
  'sending/request-packing',
  'sending/verdict',
];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: SOURCES.map((source) => `${LIBRARY}/${source}.ts`),
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    config: {
      ...jestConfig,
      roots: [`<rootDir>/${LIBRARY}`],
      testMatch: SOURCES.map((source) => `<rootDir>/${LIBRARY}/${source}.spec.ts`),
    },
  },
  coverageAnalysis: 'perTest',
  // What runs as a module is loaded (tables, mostly) would have every test run for each mutant.
  ignoreStatic: true,
  ignorePatterns: ['dist', 'commonjs', '/data'],
  reporters: ['progress-append-only', 'clear-text'],
  clearTextReporter: { reportTests: false },
  thresholds: { high: 100, low: 95, break: 95 },
};
