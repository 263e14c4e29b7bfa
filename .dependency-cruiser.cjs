/** Which way imports may point. Imports of types count, but in a circle: there they are gone once it is compiled. */
const SUBPATHS = 'event-emitter|http|opentelemetry|prometheus|terminus|testing';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circle-of-files',
      comment: 'Files that need each other to load.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'simulator-by-itself',
      comment: 'Two independent readings of the vendor document find what a shared one would hide.',
      severity: 'error',
      from: { path: '^libs/emay-ims-simulator/src' },
      to: { path: '^(libs/emay-ims/|src/)' },
    },
    {
      name: 'core-without-subpaths',
      comment: 'A host that does not import a subpath does not load it, nor what it needs.',
      severity: 'error',
      from: { path: '^libs/emay-ims/src', pathNot: `^libs/emay-ims/src/(${SUBPATHS})/` },
      to: { path: `^libs/emay-ims/src/(${SUBPATHS})/` },
    },
    {
      name: 'module-without-simulator',
      comment: 'Only the testbed starts a gateway.',
      severity: 'error',
      from: { path: '^libs/emay-ims/src', pathNot: '^libs/emay-ims/src/testing/testbed/' },
      to: { path: '^libs/emay-ims-simulator/' },
    },
    {
      name: 'libraries-without-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(src|test|bench)/' },
    },
    {
      name: 'protocol-alone',
      comment: 'The reading of the vendor document is pure.',
      severity: 'error',
      from: { path: '^libs/emay-ims/src/protocol/' },
      to: { path: '^libs/emay-ims/src/', pathNot: '^libs/emay-ims/src/protocol/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '[.]spec[.]ts$|/(dist|commonjs)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'types', 'node'] },
  },
};
