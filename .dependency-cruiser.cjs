/** Which way imports may point. Imports of types count, but in a circle: there they are gone once it is compiled. */
const { readdirSync } = require('node:fs');

/** The rooms of the module, from the bottom up. */
const MODULE_FLOORS = [
  ['protocol'], // what is on the wire, and what of it may be printed
  ['errors', 'injection', 'openapi'],
  ['diagnostics', 'time'],
  ['failpoints'],
  ['database'], // connections and dialects: it knows no table
  ['options', 'engine', 'wake'], // what runs when, and who is told
  ['client', 'messages'], // what a message is
  ['events'],
  ['message-store'], // every statement on messages
  ['figures'], // how many there are: counted in the background
  ['sending', 'reports', 'retention', 'dto'],
  ['operator'],
  ['schema'], // all tables together
  ['account'],
  ['emay-ims.service.ts'],
  ['emay-ims.tokens.ts'],
  ['accounts'],
  ['emay-ims.module.ts'],
  ['index.ts'],
  // Each a subpath of the package: a host that does not import it does not load it, nor what it needs.
  ['event-emitter', 'http', 'operations', 'opentelemetry', 'prometheus', 'push', 'terminus', 'testing'],
];

/** The rooms of the simulator, from the bottom up. */
const SIMULATOR_FLOORS = [
  ['wire'], // the vendor's document
  ['circumstances'], // what accounts and countries are set to, and what a fault may change for one request
  ['exchange'], // a request and its answer, as a fault sees them
  ['faults'],
  ['oracle'], // what happened, faults included
  ['options.ts'],
  ['gateway'], // it knows faults because a magic number chooses one
  ['http', 'pushing'],
  ['simulator.ts'],
  ['control'],
  ['start-simulator.ts'],
  ['index.ts', 'jest', 'nestjs', 'command-line'],
  ['cli.ts', 'testing'],
];

/** The rooms of the console's server, from the bottom up. */
const CONSOLE_FLOORS = [
  ['operations.ts', 'package-version.ts'],
  ['api.ts'], // what the page knows of the server
  ['http'],
  ['access'], // who may see and do what
  ['masking', 'input'],
  ['live', 'exports', 'shell'],
  ['options'],
  ['routes'],
  ['emay-ims-console.module.ts'],
  ['index.ts'],
];

/** Each folder and file in `src`, specs apart, is a room on one floor. Its rule: it imports only from the floors below. */
function floorRules(src, floors) {
  const found = readdirSync(src).filter((name) => !name.endsWith('.spec.ts'));
  const listed = floors.flat();
  const odd = [...found.filter((name) => !listed.includes(name)), ...listed.filter((room) => !found.includes(room))];
  if (odd.length > 0)
    throw new Error(`.dependency-cruiser.cjs: the floors of ${src} and its folders differ: ${odd.join(', ')}.`);
  const within = (rooms) => rooms.map((room) => `^${src}/${room}(/|$)`);
  return floors.flatMap((rooms, floor) =>
    rooms.map((room) => ({
      name: `floor-of-${room}`,
      severity: 'error',
      from: { path: within([room]) },
      to: { path: `^${src}/`, pathNot: within([room, ...floors.slice(0, floor).flat()]) },
    })),
  );
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules('libs/emay-ims/src', MODULE_FLOORS),
    ...floorRules('libs/emay-ims-console/src', CONSOLE_FLOORS),
    ...floorRules('libs/emay-ims-simulator/src', SIMULATOR_FLOORS),
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
      name: 'module-without-simulator',
      comment: 'Only the testbed starts a gateway.',
      severity: 'error',
      from: { path: '^libs/emay-ims/src', pathNot: '^libs/emay-ims/src/testing/testbed/' },
      to: { path: '^libs/emay-ims-simulator/' },
    },
    {
      name: 'console-by-the-public-surface',
      comment: 'It reads and does what any other tool of an operator can.',
      severity: 'error',
      from: { path: '^libs/emay-ims-console/src' },
      to: { path: '^libs/emay-ims/src/', pathNot: '^libs/emay-ims/src/(index[.]ts|operations/index[.]ts)$' },
    },
    {
      name: 'module-without-console',
      severity: 'error',
      from: { path: '^libs/(emay-ims|emay-ims-simulator)/src' },
      to: { path: '^libs/emay-ims-console/' },
    },
    {
      name: 'console-on-any-platform',
      comment: 'Express and Fastify alike; neither may be there.',
      severity: 'error',
      from: { path: '^libs/emay-ims-console/src' },
      to: { path: '@nestjs/platform-|node_modules/(express|fastify)/' },
    },
    {
      name: 'libraries-without-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(src|test|bench)/' },
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
