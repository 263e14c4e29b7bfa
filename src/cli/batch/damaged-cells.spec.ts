import { describe, expect, it } from '@jest/globals';
import { damageTo, damageToNumber } from './damaged-cells.js';

describe('damageTo', () => {
  it.each(
    (
      '#N/A #NAME? #REF! #VALUE! #DIV/0! #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA ######## ## #ERROR! Err:502 ' +
      '#NV #BEZUG! #WERT! #NOM? #NOMBRE! #¿NOMBRE? #¡REF! #¡DIV/0! #N/D #ИМЯ? #Н/Д #ССЫЛКА! #ÜBERLAUF! #U\u0308BERLAUF! ' +
      '#VALEUR\u00a0! #N/B #DEEL/0! #N/D! #DZIEL/0! #SAKNAS! #PUUTTUU! #HIÁNYZIK #YOK #BUSY! #TIMEOUT!'
    ).split(' '),
  )('knows %s', (cell) => {
    expect(damageTo(cell)).toContain('is an error of a spreadsheet');
    expect(damageTo(` ${cell}\t`)).toContain('is an error of a spreadsheet');
  });

  it.each(
    (
      '|#|#1|#spring!|#Spring?|Unit #4!|#N/A applies|A#N/A|Error|#NVIDIA|N/A|NAME?|' +
      '#WIN!|#SALE!|#1!|#WHO?|#2026!|#A/B!|#AUSTRIA!|#VALUE|#WIN NOW!|Err:|Err:5021'
    ).split('|'),
  )('leaves "%s" alone', (cell) => {
    expect(damageTo(cell)).toBeNull();
  });

  it.each(['2.01804E+19', '2,01804E+19', '-4.7E-05', '2E+19', '1.0E+100', '2.01804e+19'])(
    'knows that digits of %s are lost',
    (cell) => {
      expect(damageTo(cell)).toContain('its digits are lost');
    },
  );

  it.each(['12E45', '2024E-15', '12E-3', '3E+2', '1.0E10', '1.5E-7', '20.1E+19', '7E15'])(
    'takes %s for an id, and for no number: no spreadsheet writes it so',
    (cell) => {
      expect(damageTo(cell)).toBeNull();
      expect(damageToNumber(cell)).toContain('its digits are lost');
    },
  );

  it.each([
    ['Zo\uFFFD', 'U+FFFD'],
    ['Hi \uECA8', 'U+ECA8'],
    ['\u{10FFFD}', 'U+10FFFD'],
  ])('knows that %j was not decoded', (cell, character) => {
    expect(damageTo(cell)).toContain(`holds ${character}, which stands for a character that could not be decoded`);
  });

  it('knows in a number whatever it knows in an id', () => {
    expect(damageToNumber('#N/A')).toContain('is an error of a spreadsheet');
    expect(damageToNumber('6.1422E+10')).toContain('its digits are lost');
  });
});
