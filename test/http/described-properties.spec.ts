import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import {
  FindImsDto,
  ImsRecipientDto,
  ImsResolution,
  ResolveUnconfirmedDto,
  SendImsBatchDto,
  SendImsDto,
  SendPersonalizedImsDto,
} from 'nestjs-emay-ims';
import { ImsMessageView, ImsMessageViewPage, ImsProblem, ImsProblemViolation } from 'nestjs-emay-ims/http';
import { commentsOf } from './support/comments.js';
import { describedProperties, type DescribedProperty } from './support/described-properties.js';

const VALID = {
  message: { mobile: '+61422118000', content: 'Hello', customImsId: 'order-1', priority: 1 },
  decision: { decision: 'resend', decidedBy: 'Ada', reason: 'The carrier confirmed it.', attempts: 1 },
  filter: {
    state: ['QUEUED'],
    mobile: '+61422118000',
    limit: 10,
    cursor: 'abc',
    code: 'TIMEOUT',
    customImsIdPrefix: 'order-',
  },
};
const TIME = '2030-01-31T08:00:00+08:00';

const CHECKED: [new () => object, Record<string, unknown>][] = [
  [SendImsDto, { ...VALID.message, sendAt: TIME, expiresAt: '2030-02-01T00:00:00Z' }],
  [ImsRecipientDto, { mobile: '+61422118000', customImsId: 'order-1' }],
  [SendImsBatchDto, { content: 'Hello', recipients: [VALID.message], priority: 1, sendAt: TIME }],
  [SendPersonalizedImsDto, { messages: [VALID.message] }],
  [FindImsDto, { ...VALID.filter, createdFrom: TIME, createdBefore: TIME }],
  [ResolveUnconfirmedDto, VALID.decision],
];

const wrongProperties = (type: new () => object, body: object) =>
  validateSync(plainToInstance(type, body)).map(({ property }) => property);

/** The limits that documents show, each with a value that is just within and one that is just beyond. */
const LIMITS: Record<string, (limit: never, property: DescribedProperty) => [within: unknown, beyond: unknown]> = {
  minimum: (limit: number) => [limit, limit - 1],
  maximum: (limit: number) => [limit, limit + 1],
  minLength: (limit: number) => ['x'.repeat(limit), 'x'.repeat(limit - 1)],
  maxLength: (limit: number) => ['x'.repeat(limit), 'x'.repeat(limit + 1)],
  // The one list that is not of states holds messages.
  minItems: (limit: number, { enum: values = [{ ...VALID.message, customImsId: undefined }] }) => [
    Array.from({ length: limit }, () => values[0]),
    [],
  ],
  maxItems: (limit: number, { enum: values }) => [values, [...(values ?? []), values?.[0]].slice(0, limit + 1)],
  enum: (values: readonly string[]) => [values[0], 'SOMETHING_ELSE'],
};

/** The rules of class-validator that documents show, and as what. */
const SHOWN_AS: Record<string, (keyof DescribedProperty)[]> = {
  isInt: ['type'],
  min: ['minimum'],
  max: ['maximum'],
  maxLength: ['maxLength'],
  isNotEmpty: ['minLength'],
  isIn: ['enum'],
  arrayNotEmpty: ['minItems'],
  arrayMaxSize: ['maxItems'],
  isImsContent: ['minLength', 'maxLength', 'pattern'],
  isCustomImsId: ['minLength', 'maxLength', 'pattern'],
  isImsTime: ['format'],
};

describe.each(CHECKED.map(([type, valid]) => [type.name, type, valid] as const))(
  'what documents show of %s',
  (_, type, valid) => {
    const properties = describedProperties(type);
    const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);

    it('is every property that is checked, and the sample passes', () => {
      expect(Object.keys(properties).sort()).toEqual([...new Set(rules.map((rule) => rule.propertyName))].sort());
      expect(Object.keys(properties).filter((name) => !(name in valid) && name !== 'expiresAt')).toEqual([]);
      expect(wrongProperties(type, valid)).toEqual([]);
    });

    it.each(Object.entries(properties))('of %s is required where it is checked so', (name, { required }) => {
      expect(wrongProperties(type, { ...valid, [name]: undefined })).toEqual(required ? [name] : []);
    });

    const limits = Object.entries(properties).flatMap(([name, property]) =>
      Object.keys(LIMITS).flatMap((limit) => (limit in property ? [[name, limit, property] as const] : [])),
    );
    it.each(limits)('of %s is its %s as it is checked', (name, limit, property) => {
      const given = property[limit as keyof DescribedProperty] as never;
      const [within, beyond] = LIMITS[limit]!(given, property);
      expect(wrongProperties(type, { ...valid, [name]: within })).toEqual([]);
      expect(wrongProperties(type, { ...valid, [name]: beyond })).toEqual([name]);
    });

    it('is each rule that a schema can tell', () => {
      for (const { propertyName, name } of rules) {
        for (const key of SHOWN_AS[name ?? ''] ?? [])
          expect([propertyName, properties[propertyName]]).toEqual([
            propertyName,
            expect.objectContaining({ [key]: expect.anything() }),
          ]);
      }
    });

    it('are patterns that take what is taken and refuse what is refused', () => {
      for (const [name, { pattern }] of Object.entries(properties)) {
        if (pattern === undefined) continue;
        for (const value of ['order-1', ' ', 'a b', '~!', '\u3000', '短信', '\u00a0\n']) {
          const isTaken = wrongProperties(type, { ...valid, [name]: value }).length === 0;
          expect([name, value, isTaken]).toEqual([name, value, new RegExp(pattern, 'u').test(value)]);
        }
      }
    });
  },
);

const COMMENTED: [string, new () => object][] = [
  ['dto/send-ims.dto.ts', SendImsDto],
  ['dto/send-ims-batch.dto.ts', SendImsBatchDto],
  ['dto/send-ims-batch.dto.ts', ImsRecipientDto],
  ['dto/send-ims-batch.dto.ts', SendPersonalizedImsDto],
  ['dto/find-ims.dto.ts', FindImsDto],
  ['operator/resolve-unconfirmed.dto.ts', ResolveUnconfirmedDto],
  ['operator/ims-resolution.entity.ts', ImsResolution],
  ['http/ims-message.view.ts', ImsMessageView],
  ['http/ims-message.view.ts', ImsMessageViewPage],
  ['http/ims-problem.ts', ImsProblem],
  ['http/ims-problem.ts', ImsProblemViolation],
];

it.each(COMMENTED)('descriptions in %s are the comments in the source: %p', (file, type) => {
  const comments = commentsOf(`libs/emay-ims/src/${file}`, type.name);
  const own = describedProperties(type, false);
  expect(Object.fromEntries(Object.entries(own).map(([name, { description }]) => [name, description]))).toEqual(
    comments,
  );
});
