import type { INestApplication } from '@nestjs/common';
import { SwaggerModule } from '@nestjs/swagger';
import { createOpenApiDocument } from './document.js';

/**
 * The document at `/api/openapi.json` and a page for people at `/api/docs`, both without a key: they tell of the program, and
 * nothing of this instance. The page is served from here alone.
 */
export function serveOpenApi(app: INestApplication, asksForKey: boolean): void {
  SwaggerModule.setup('api/docs', app, () => createOpenApiDocument(app, asksForKey), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'SMS gateway',
    // The page would otherwise have a stranger's server check the document.
    swaggerOptions: { validatorUrl: null },
  });
}
