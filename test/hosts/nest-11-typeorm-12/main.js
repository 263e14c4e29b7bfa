/**
 * Nest 11 with what npm installs beside it without a version: `@nestjs/typeorm` 12, ES modules alone. jest loads it as soon
 * as `transformIgnorePatterns` lets it be compiled; the application itself needs nothing.
 */
const { spawnSync } = require('node:child_process');

const { status, stderr } = spawnSync(process.execPath, [require.resolve('jest/bin/jest'), '--ci'], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(stderr);

const application = spawnSync(process.execPath, ['dist/main.js'], { encoding: 'utf8' });
if (application.status !== 0) throw new Error(application.stderr);
console.log(application.stdout.trim().split('\n').at(-1));
