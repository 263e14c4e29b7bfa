import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/**
 * The shell is served at each route, however deep, so every URL in it begins with `./` and the server puts the way to the mount in its
 * place. Nothing is inlined: the content policy would refuse it.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
  },
});
