import { register } from 'node:module';

/** Preloaded by a contender that takes the packages of another commit: see `other-tree.ts`. */
const tree = new URL(import.meta.url).searchParams.get('tree');
register('./resolve-from-tree.js', { parentURL: import.meta.url, data: tree });
