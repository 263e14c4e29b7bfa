import { availableParallelism } from 'node:os';

/** Jest in ESM mode: NestJS 12 is ESM only, so the tests run as native modules. */
const swc = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/libs', '<rootDir>/src', '<rootDir>/test'],
  modulePathIgnorePatterns: ['/dist/', '/commonjs/'],
  testMatch: ['**/*.spec.ts'],
  // Applications of their own, with their own jest: see scripts/hosts.mjs.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/hosts/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: {
    '^nestjs-emay-ims$': '<rootDir>/libs/emay-ims/src/index.ts',
    '^nestjs-emay-ims/([\\w-]+)$': '<rootDir>/libs/emay-ims/src/$1/index.ts',
    '^nestjs-emay-ims-console$': '<rootDir>/libs/emay-ims-console/src/index.ts',
    '^emay-ims-simulator$': '<rootDir>/libs/emay-ims-simulator/src/index.ts',
    '^emay-ims-simulator/(jest|nestjs)$': '<rootDir>/libs/emay-ims-simulator/src/$1/index.ts',
    '^(\\.{1,2}/(?!.*\\.json\\.js$).*)\\.js$': '$1',
  },
  coverageProvider: 'v8',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  // More than cores: much of the time is waiting for processes, browsers and servers.
  maxWorkers: availableParallelism() * 2,
  // A process keeps something of each suite that it has run; beyond this it collects garbage more than it tests.
  workerIdleMemoryLimit: '512MB',
  reporters: ['default', '<rootDir>/test/support/duration-notice.js'],
  setupFiles: ['<rootDir>/test/support/collect-rarely.ts'],
  // Nothing waits for it but what hangs: on a busy machine all takes ten times as long.
  testTimeout: 120_000,
};
