import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledLibrary, type CompiledLibrary } from '../module/compiled-library.js';
import { runProcess } from '../support/processes.js';

/** Imports the entry in a process that has none of the optional packages, and says so when one is asked for. */
const SCRIPT = `
  import { register } from 'node:module';
  const hook = \`
    const OPTIONAL = ['@nestjs/terminus', 'prom-client', '@opentelemetry/api'];
    export async function resolve(specifier, context, next) {
      if (OPTIONAL.includes(specifier)) throw new Error('asked for ' + specifier);
      return next(specifier, context);
    }\`;
  register('data:text/javascript,' + encodeURIComponent(hook));
  await import(process.argv[2]).then(
    () => console.log('loaded: yes'),
    ({ message }) => console.log('loaded: ' + message),
  );`;

describe('in a host without terminus, prom-client and OpenTelemetry', () => {
  let library: CompiledLibrary;
  let folder: string;
  beforeAll(async () => {
    library = await compiledLibrary();
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-peers-'));
    await writeFile(join(folder, 'load.mjs'), SCRIPT);
  });
  afterAll(async () => {
    await library.remove();
    await rm(folder, { recursive: true });
  });

  const load = async (entry: string) => {
    const child = runProcess(join(folder, 'load.mjs'), [library.entry.replace('index.js', entry)]);
    const said = await child.saying('loaded: ');
    await child.ended();
    return said;
  };

  it('the module itself loads', async () => {
    expect(await load('index.js')).toBe('yes');
  });

  it.each([
    ['terminus', '@nestjs/terminus'],
    ['prometheus', 'prom-client'],
    ['opentelemetry', '@opentelemetry/api'],
  ])('nestjs-emay-ims/%s asks for %s, by its name', async (room, wanted) => {
    expect(await load(`${room}/index.js`)).toBe(`asked for ${wanted}`);
  });
});
