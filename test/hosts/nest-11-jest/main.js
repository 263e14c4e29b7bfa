/** Jest in CommonJS mode. It has no `require` of ES modules before Node 24.9, so it compiles the package instead. */
const { spawnSync } = require('node:child_process');

const { status, stderr } = spawnSync(process.execPath, [require.resolve('jest/bin/jest'), '--json'], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(stderr);
console.log(JSON.stringify({ node: process.version, state: 'DELIVERED' }));
