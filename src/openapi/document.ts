import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * The OpenAPI document of the service. The committed one, `docs/openapi.json`, is that of a service with keys.
 *
 * @param asksForKey whether calls need an API key
 */
export function createOpenApiDocument(app: INestApplication, asksForKey: boolean): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('SMS gateway')
    .setDescription('International SMS through Emay. Every POST of messages stores them first and answers 202.')
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addSecurity('bearer', { type: 'http', scheme: 'bearer', description: 'An API key.' })
    .addSecurity('apiKey', { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key.' });
  if (asksForKey) config.addSecurityRequirements('bearer').addSecurityRequirements('apiKey');
  return markable(SwaggerModule.createDocument(app, config.build(), { operationIdFactory: (_, method) => method }));
}

/** Answers that a sandbox marks, see `SandboxMarkInterceptor`. */
const MARKED = ['ImsMessageView', 'ImsMessageViewPage', 'StoredMessages', 'AccountStatus', 'ReportPull'];
const MARK = { type: 'boolean', description: '`true` in a sandbox, where nothing is really sent; otherwise absent.' };

function markable(document: OpenAPIObject): OpenAPIObject {
  for (const name of MARKED) {
    const schema = document.components?.schemas?.[name];
    if (schema && 'properties' in schema) schema.properties = { ...schema.properties, sandbox: MARK };
  }
  return document;
}
