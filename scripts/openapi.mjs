/** Writes `docs/openapi.json`, the document of the service as it has been built. A test holds it to what the service serves. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { readEnvironment } from '../dist/config/environment.js';
import { createApp } from '../dist/create-app.js';
import { createOpenApiDocument } from '../dist/openapi/document.js';

const folder = await mkdtemp(join(tmpdir(), 'emay-ims-openapi-'));
const app = await createApp(readEnvironment({ EMAY_IMS_DATABASE_URL: `sqlite:${folder}/ims.sqlite` }));
try {
  const document = createOpenApiDocument(app, true);
  await writeFile('docs/openapi.json', await format(JSON.stringify(document), { parser: 'json', printWidth: 120 }));
} finally {
  await app.close();
  await rm(folder, { recursive: true, force: true });
}
