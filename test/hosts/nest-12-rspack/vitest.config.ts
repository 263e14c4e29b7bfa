import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@shop/sms': fileURLToPath(new URL('libs/sms/src/index.ts', import.meta.url)) } },
  test: { globals: true, include: ['apps/**/*.spec.ts'] },
});
