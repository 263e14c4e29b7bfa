/**
 * Nest 11 with what npm installs beside it without a version: `@nestjs/typeorm` 12, ES modules alone. jest loads it on Node 24.9
 * and later, with `--experimental-vm-modules`. Compiling it for jest does not help: it has an `import.meta`.
 */
const { spawnSync } = require('node:child_process');

const VM_MODULES = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const { status, stderr } = spawnSync(process.execPath, [...VM_MODULES, require.resolve('jest/bin/jest'), '--ci'], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(stderr);

const application = spawnSync(process.execPath, ['dist/main.js'], { encoding: 'utf8' });
if (application.status !== 0) throw new Error(application.stderr);
console.log(application.stdout.trim().split('\n').at(-1));
