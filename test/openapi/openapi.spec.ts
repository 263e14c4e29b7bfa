import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject, SchemaObject } from '@nestjs/swagger';
import { readEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/create-app.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';

const COMMITTED = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as OpenAPIObject;
const KEY = { API_KEY_HASHES: createHash('sha256').update('right').digest('hex') };

let database: TestDatabase;
let app: NestExpressApplication;
let url: string;

async function start(variables: NodeJS.ProcessEnv = {}): Promise<void> {
  Logger.overrideLogger(false);
  app = await createApp(readEnvironment({ EMAY_IMS_DATABASE_URL: database.url, ...variables }));
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
}
beforeEach(async () => {
  database = await createTestDatabase('sqlite');
});
afterEach(async () => {
  await app.close();
  await database.drop();
});

describe('the OpenAPI document', () => {
  it('is the committed one, to everybody, where keys are set (npm run docs:openapi writes it)', async () => {
    await start(KEY);
    const response = await fetch(`${url}/api/openapi.json`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual(COMMITTED);
  });

  it('asks for no key where none is set', async () => {
    await start();
    const { security: _, ...rest } = COMMITTED;
    expect(await (await fetch(`${url}/api/openapi.json`)).json()).toEqual(rest);
  });

  it('names each way of showing a key, both of which open', async () => {
    await start(KEY);
    expect(COMMITTED.security).toEqual([{ bearer: [] }, { apiKey: [] }]);
    const { bearer, apiKey } = COMMITTED.components?.securitySchemes as unknown as Record<
      string,
      Record<string, string>
    >;
    expect([bearer?.type, bearer?.scheme, apiKey?.in]).toEqual(['http', 'bearer', 'header']);
    for (const headers of [{ Authorization: 'Bearer right' }, { [apiKey?.name ?? '']: 'right' }]) {
      expect((await fetch(`${url}/api/stats`, { headers: headers as Record<string, string> })).status).toBe(200);
    }
  });
});

describe("a refusal of the service's own is as the document shows it", () => {
  const REFUSED: [status: number, init: RequestInit][] = [
    [401, {}],
    [413, { headers: { 'X-API-Key': 'right', 'Content-Type': 'application/json' }, body: ' '.repeat(30_000_000) }],
    [415, { headers: { 'X-API-Key': 'right', 'Content-Type': 'text/plain' }, body: '{}' }],
  ];

  it.each(REFUSED)('%i', async (status, init) => {
    await start(KEY);
    const response = await fetch(`${url}/api/messages`, { method: 'POST', ...init });
    const shown = COMMITTED.paths['/api/messages']?.post?.responses[status] as unknown as {
      content: Record<string, { schema: SchemaObject }>;
    };
    expect([response.status, response.headers.get('content-type')?.split(';')[0]]).toEqual([
      status,
      ...Object.keys(shown.content),
    ]);
    expect(differences(shown.content['application/problem+json']!.schema, await response.json())).toEqual([]);
  });
});

describe('an answer is as the document shows it', () => {
  beforeEach(() => start());
  const message = { mobile: '+61422118000', content: 'Hello', customImsId: 'order-1', sendAt: '2099-01-01T00:00:00Z' };

  const CALLS: [method: string, path: string, template: string, body?: object][] = [
    ['post', '/api/messages', '/api/messages', message],
    ['post', '/api/messages', '/api/messages', { ...message, content: ' ' }],
    ['post', '/api/messages', '/api/messages', { ...message, content: 'Other' }],
    ['post', '/api/messages/batch', '/api/messages/batch', { content: 'Hi', recipients: [{ mobile: '+61422118001' }] }],
    [
      'post',
      '/api/messages/personalized',
      '/api/messages/personalized',
      { messages: [{ ...message, customImsId: 'b' }] },
    ],
    ['get', '/api/messages?limit=1', '/api/messages'],
    ['get', '/api/messages?limit=0', '/api/messages'],
    ['get', '/api/messages/order-1', '/api/messages/{customImsId}'],
    ['get', '/api/messages/unknown', '/api/messages/{customImsId}'],
    ['get', '/api/messages/order-1/resolutions', '/api/messages/{customImsId}/resolutions'],
    ['post', '/api/messages/order-1/resolution', '/api/messages/{customImsId}/resolution', { decision: 'x' }],
    ['delete', '/api/messages/order-1', '/api/messages/{customImsId}'],
    ['get', '/api/status', '/api/status'],
    ['get', '/api/stats', '/api/stats'],
    ['post', '/api/reports/pull', '/api/reports/pull'],
    ['get', '/health/live', '/health/live'],
    ['get', '/health/ready', '/health/ready'],
  ];

  it('for every call', async () => {
    for (const [method, path, template, body] of CALLS) {
      const response = await fetch(url + path, {
        method: method.toUpperCase(),
        headers: { 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body),
      });
      const [type] = (response.headers.get('content-type') ?? '').split(';');
      const operation = COMMITTED.paths[template]?.[method as 'get'];
      const shown = operation?.responses[response.status];
      expect([method, path, Object.keys((shown as { content?: object })?.content ?? {})]).toEqual([
        method,
        path,
        [type],
      ]);
      const { schema } = (shown as { content: Record<string, { schema: SchemaObject }> }).content[type ?? '']!;
      expect([path, differences(schema, await response.json())]).toEqual([path, []]);
    }
    const called = new Set(CALLS.map(([method, , template]) => `${method} ${template}`));
    const shown = Object.entries(COMMITTED.paths).flatMap(([path, item]) =>
      Object.keys(item).map((key) => `${key} ${path}`),
    );
    expect(shown.filter((call) => !called.has(call))).toEqual(['get /metrics']);
  });
});

/** Fields that a schema does not know, or asks for in vain, and values of another type. */
function differences(given: SchemaObject | { $ref: string }, value: unknown, path = '$'): string[] {
  const schema = resolved(given);
  const types = [schema.type ?? []].flat() as string[];
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const isOfType = types.length === 0 || types.includes(actual) || (actual === 'number' && types.includes('integer'));
  if (!isOfType) return [`${path} is ${actual}`];
  if (schema.enum && value !== null && !schema.enum.includes(value)) return [`${path} is ${JSON.stringify(value)}`];
  if (Array.isArray(value))
    return value.flatMap((item, index) => differences(schema.items!, item, `${path}[${index}]`));
  if (actual !== 'object' || !schema.properties) return [];
  const fields = value as Record<string, unknown>;
  return [
    ...(schema.required ?? []).filter((name) => !(name in fields)).map((name) => `${path}.${name} is missing`),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const property = schema.properties?.[name];
      return property ? differences(property, field, `${path}.${name}`) : [`${path}.${name} is not shown`];
    }),
  ];
}

function resolved(schema: SchemaObject | { $ref: string }): SchemaObject {
  const [only] = 'allOf' in schema && schema.allOf ? schema.allOf : [];
  const target = only ?? schema;
  if (!('$ref' in target)) return target;
  return resolved(COMMITTED.components?.schemas?.[target.$ref.split('/').at(-1) ?? ''] as SchemaObject);
}

describe('the page for people', () => {
  beforeEach(() => start(KEY));

  it('and all that it loads come from here, and none of it needs more than the policy allows', async () => {
    const response = await fetch(`${url}/api/docs`);
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(page.replaceAll(/<script src=[^>]*> ?<\/script>/g, '')).not.toMatch(/<script|\son\w+=|javascript:/i);
    const parts = [...page.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map(([, part]) => part as string);
    expect(parts.length).toBeGreaterThanOrEqual(4);
    for (const part of parts) {
      expect(part).not.toMatch(/^(?:[a-z]+:|\/\/)/i);
      expect([part, (await fetch(new URL(part, `${url}/api/docs`))).status]).toEqual([part, 200]);
    }
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("default-src 'self';");
    expect(policy).not.toContain('upgrade-insecure-requests');
  });

  it('checks the document nowhere else', async () => {
    expect(await (await fetch(`${url}/api/docs/swagger-ui-init.js`)).text()).toContain('"validatorUrl": null');
  });
});
