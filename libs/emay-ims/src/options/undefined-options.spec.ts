import { expect, it } from '@jest/globals';
import { resolveOptions } from './resolve-options.js';

const GIVEN = { baseUrl: 'https://gateway.example', appId: 'EUCP-EMY-SMS0-SIMUL', secretKey: '0123456789ABCDEF' };

it('an option that is undefined is one that is not given', () => {
  const nothing = resolveOptions(GIVEN);
  const sections = ['http', 'dispatch', 'reports', 'retention', 'protocol'] as const;
  const undefinedOnes = Object.fromEntries(
    sections.map((section) => [
      section,
      Object.fromEntries(Object.keys(nothing[section]).map((option) => [option, undefined])),
    ]),
  );
  const places = { poolSize: undefined, statementTimeoutMs: undefined, schema: undefined, entityPrefix: undefined };
  expect(
    resolveOptions({ ...GIVEN, name: undefined, isGlobal: undefined, database: undefined, ...undefinedOnes }),
  ).toEqual(nothing);
  expect(resolveOptions({ ...GIVEN, database: { dataSource: 'default', ...places } })).toEqual(
    resolveOptions({ ...GIVEN, database: { dataSource: 'default' } }),
  );
});
