/** The simulator with nothing beside it, and so without Nest: by code, by command line, by each subpath. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSimulator } from 'emay-ims-simulator';

const require = createRequire(import.meta.url);
if (require('emay-ims-simulator').startSimulator !== startSimulator) throw new Error('import and require differ');

const simulator = await startSimulator();
const page = await fetch(simulator.url);
if (!page.ok || !(await page.text()).includes('<html')) throw new Error(`The simulator's page answers ${page.status}`);
await simulator.stop();

const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('emay-ims-simulator')));
const { stdout } = await promisify(execFile)(process.execPath, [cli, '--list-faults']);
if (!stdout.includes('reset-after')) throw new Error('The command line lists no faults');

const { exports } = require('emay-ims-simulator/package.json');
const needs = {};
for (const subpath of Object.keys(exports).filter((key) => key !== './package.json')) {
  needs[subpath] = await import(`emay-ims-simulator${subpath.slice(1)}`).then(
    () => null,
    (error) => {
      if (error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes("'@nestjs/common'")) return '@nestjs/common';
      throw error;
    },
  );
}
if (needs['.'] || needs['./jest']) throw new Error(`Something is missing: ${JSON.stringify(needs)}`);
console.log(JSON.stringify({ node: process.version, state: 'loaded', needs }));
