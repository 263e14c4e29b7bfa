/**
 * Makes the files to publish, here or in the folder named: `npm run pack`, then `npm publish FILE`. Needs
 * `npm run build`.
 */
import { packLibraries } from '../test/hosts/tarballs.mjs';

for (const { path } of await packLibraries(process.argv[2] ?? '.')) console.log(path);
