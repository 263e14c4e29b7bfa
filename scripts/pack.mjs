/**
 * Makes the files to publish, here or in the folder named: `npm run pack`, then `npm publish FILE`. Needs
 * `npm run build`.
 */
import { packedLibraries } from '../test/hosts/tarballs.mjs';

for (const { path } of await packedLibraries(process.argv[2] ?? '.')) console.log(path);
