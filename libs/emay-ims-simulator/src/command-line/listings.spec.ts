import { expect, it } from '@jest/globals';
import { FAULT_KINDS, FAULTS } from '../faults/catalogue.js';
import { MAGIC_NUMBERS } from '../gateway/magic-numbers.js';
import { faultListing, magicNumberListing } from './listings.js';
import { USAGE } from './usage.js';

const unwrapped = (lines: readonly string[]) => lines.join(' ').replaceAll(/ +/g, ' ');

it('lists every kind of fault with its meaning and fields', () => {
  const listing = unwrapped(faultListing());
  for (const kind of FAULT_KINDS) {
    const { meaning, fields } = FAULTS[kind];
    expect(listing).toContain(`${kind} ${meaning} (`);
    for (const name of Object.keys(fields)) expect(listing).toContain(` ${name}=<`);
  }
});

it('lists every magic number with its meaning', () => {
  const listing = unwrapped(magicNumberListing());
  for (const [ending, { meaning }] of MAGIC_NUMBERS) expect(listing).toContain(`...99990${ending} ${meaning}`);
});

it.each([
  ['the flags', USAGE.split('\n')],
  ['the faults', faultListing()],
  ['the magic numbers', magicNumberListing()],
])('fits %s into 100 columns', (_, lines) => {
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
});
