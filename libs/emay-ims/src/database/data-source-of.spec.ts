import { describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { dataSourceOf } from './data-source-of.js';

describe('the DataSource behind a manager', () => {
  const source = new DataSource({ type: 'postgres' });

  it('is found on TypeORM 1', () => {
    expect(dataSourceOf(source.manager)).toBe(source);
  });

  it('is found on TypeORM 0.3, which has another name for it', () => {
    expect(dataSourceOf({ connection: source } as EntityManager)).toBe(source);
  });
});
