import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { compiledLibrary, type CompiledLibrary } from '../module/compiled-library.js';
import { runProcess } from '../support/processes.js';

let library: CompiledLibrary;
beforeAll(async () => {
  library = await compiledLibrary();
});
afterAll(() => library.remove());

/** Finds every package but the simulator, as where it is not installed. */
const NOT_INSTALLED = `
  export const resolve = (name, context, next) => next(name.replace(/^emay-ims-simulator/, 'not-installed'), context);`;

it('the stand-in works, and the testbed says what to install', async () => {
  const entry = pathToFileURL(join(dirname(library.entry), 'testing', 'index.js')).href;
  const program = `
    import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(NOT_INSTALLED)}`)});
    const { EmayImsTestbedModule, InMemoryEmayImsService } = await import('${entry}');
    const { state } = await new InMemoryEmayImsService().send({ mobile: '+61422118000', content: 'Hello' });
    const problem = await EmayImsTestbedModule.forRoot().catch(({ name, message }) => name + ': ' + message);
    console.log(state + ' ' + problem);`;
  const child = runProcess('--input-type=module', ['--eval', program]);
  await child.ended();
  expect(child.output()).toBe(
    'ACCEPTED EmayImsOptionsError: EmayImsTestbedModule needs the simulator: npm install --save-dev emay-ims-simulator.\n',
  );
});
