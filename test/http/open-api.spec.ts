import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as mapped from '@nestjs/mapped-types';
import type { OpenAPIObject } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { SendImsDto } from 'nestjs-emay-ims';
import { documentOfHost } from './support/open-api-app.js';

type Schema = { properties: Record<string, object>; required?: string[] };

const expected = JSON.parse(readFileSync('test/http/expected-schemas.json', 'utf8')) as {
  parameters: object[];
  schemas: Record<string, Schema>;
};
const { SendImsDto: MESSAGE, SendImsBatchDto: BATCH, ResolveUnconfirmedDto: DECISION } = expected.schemas;

const only = (properties: Record<string, object>, names: string[]) =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));

describe('a document that @nestjs/swagger makes of a host', () => {
  let document: OpenAPIObject;
  beforeAll(async () => {
    document = await documentOfHost('3.1.0');
  });
  const schema = (name: string) => document.components?.schemas?.[name] as Schema;

  it.each(Object.keys(expected.schemas))('shows %s', (name) => {
    expect(schema(name)).toEqual(expected.schemas[name]);
  });

  it('shows what FindImsDto takes as parameters of a query', () => {
    expect(document.paths['/find']?.get?.parameters).toEqual(expected.parameters);
  });

  it('shows what a class of the host inherits, and what that says otherwise', () => {
    const { properties, required } = schema('CampaignMessage');
    expect(properties).toEqual({
      ...MESSAGE?.properties,
      campaign: { type: 'string', description: 'Of the host.' },
      content: { ...MESSAGE?.properties.content, description: 'Shorter here.', maxLength: 70 },
    });
    expect(new Set(required)).toEqual(new Set(['campaign', 'content', 'mobile']));
  });

  it('shows what PickType leaves', () => {
    expect(schema('Picked').properties).toEqual(only(MESSAGE!.properties, ['mobile', 'priority']));
    expect(schema('Picked').required).toEqual(['mobile']);
  });

  it('shows what OmitType leaves', () => {
    const left = only(MESSAGE!.properties, ['mobile', 'customImsId', 'priority']);
    expect(schema('Omitted').properties).toEqual(left);
    expect(schema('Omitted').required).toEqual(['mobile']);
  });

  it('shows everything as optional after PartialType', () => {
    expect(schema('Partial').properties).toEqual(BATCH?.properties);
    expect(schema('Partial').required).toBeUndefined();
  });

  it('shows what IntersectionType brings together', () => {
    const { properties, required } = schema('Intersection');
    expect(properties).toEqual({ ...only(MESSAGE!.properties, ['content']), ...DECISION?.properties });
    expect(required).toEqual(['content', 'decision', 'decidedBy', 'reason']);
  });

  it('says in OpenAPI 3.0 what may be null as 3.0 has it', async () => {
    const { components } = await documentOfHost('3.0.0');
    const view = components?.schemas?.ImsMessageView as Schema;
    expect(view.properties.code).toMatchObject({ type: 'string', nullable: true });
  });
});

describe('the types of @nestjs/mapped-types', () => {
  class Picked extends mapped.PickType(SendImsDto, ['mobile', 'priority']) {}
  class Partial extends mapped.PartialType(SendImsDto) {}
  const wrong = (type: new () => object, body: object) =>
    validateSync(plainToInstance(type, body), { whitelist: true, forbidNonWhitelisted: true }).map(
      ({ property }) => property,
    );

  it.each([
    [Picked, { mobile: '1', priority: 10, content: 'Hi' }, ['content', 'mobile', 'priority']],
    [Partial, { content: ' ' }, ['content']],
    [Partial, {}, []],
  ])('check as the DTOs do', (type, body, properties) => {
    expect(wrong(type, body).sort()).toEqual(properties);
  });
});
