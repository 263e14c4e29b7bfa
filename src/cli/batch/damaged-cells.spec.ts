import { describe, expect, it } from '@jest/globals';
import { damageTo, damageToNumber } from './damaged-cells.js';

describe('damageTo', () => {
  it.each(
    (
      '#N/A #NAME? #REF! #VALUE! #DIV/0! #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA ######## ## #ERROR! Err:502 ' +
      '#NV #BEZUG! #WERT! #NOM? #NOMBRE! #¿NOMBRE? #¡REF! #¡DIV/0! #N/D #ИМЯ? #Н/Д #ССЫЛКА!'
    ).split(' '),
  )('knows %s', (cell) => {
    expect(damageTo(cell)).toContain('is an error of a spreadsheet');
    expect(damageTo(` ${cell}\t`)).toContain('is an error of a spreadsheet');
  });

  it.each(['', '#', '#1', '#spring!', '#Spring?', 'Unit #4!', '#N/A applies', 'A#N/A', 'Error', '#NVIDIA'])(
    'leaves "%s" alone',
    (cell) => {
      expect(damageTo(cell)).toBeNull();
    },
  );

  it.each(['2.01804E+19', '2,01804E+19', '-4.7E-5', '2E+19', '1.0E10'])('knows that digits of %s are lost', (cell) => {
    expect(damageTo(cell)).toContain('its digits are lost');
  });

  it('takes an exponent alone for part of an id, and of no number', () => {
    expect(damageTo('12E45')).toBeNull();
    expect(damageToNumber('12E45')).toContain('its digits are lost');
    expect(damageToNumber('#N/A')).toContain('is an error of a spreadsheet');
  });
});
