import { undecodedIn } from '../undecoded.js';

/** `6.1422E+10`: how a spreadsheet writes a long number in a narrow cell, and saves it. Nothing else stands for a number. */
const SHORTENED_NUMBER = /^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i;
/** An id may be `12E45`, `2024E-15` or `3E+2`: a spreadsheet has one digit before the point, a sign, and two digits or more after it. */
const SHORTENED = /^[+-]?\d(?:[.,]\d+)?E[+-]\d{2,}$/i;

/**
 * What a spreadsheet writes behind `#` where it has no value. A list, as `#SALE!` is a text. Languages that are not here have
 * the English names.
 */
const ERROR_NAMES = new Set(
  [
    // English: Excel, LibreOffice, Google Sheets
    'NULL! DIV/0! VALUE! REF! NAME? NUM! N/A ERROR! GETTING_DATA SPILL! CALC! FIELD! BLOCKED! CONNECT! UNKNOWN! BUSY!',
    'PYTHON! EXTERNAL! TIMEOUT!',
    // German, Dutch
    'WERT! BEZUG! ZAHL! NV ÜBERLAUF! KALK!',
    'LEEG! DEEL/0! WAARDE! VERW! NAAM? GETAL! N/B OVERLOOP!',
    // French, Spanish, Italian, Portuguese
    'NUL! VALEUR! NOM? NOMBRE! PROPAGATION! EPARS!',
    'NULO! VALOR! NOMBRE? N/D DESBORDAMIENTO!',
    'NULLO! VALORE! RIF! NOME? ESPANSIONE!',
    'NÚM! DESPEJAR!',
    // Danish, Norwegian, Swedish, Finnish
    'DIVISION/0! VÆRDI! REFERENCE! NAVN? I/T OVERLØB!',
    'VERDI! OVERFLYT!',
    'SKÄRNING! VÄRDEFEL! REFERENS! NAMN? OGILTIGT! SAKNAS!',
    'TYHJÄ! JAKO/0! ARVO! VIITTAUS! NIMI? LUKU! PUUTTUU!',
    // Polish, Czech, Hungarian, Turkish, Russian
    'ZERO! DZIEL/0! ARG! ADR! NAZWA? LICZBA! N/D! ROZLANIE!',
    'DĚLENÍ_NULOU! HODNOTA! ODKAZ! NÁZEV? ČÍSLO! NENÍ_K_DISPOZICI',
    'NULLA! ZÉRÓOSZTÓ! ÉRTÉK! HIV! NÉV? SZÁM! HIÁNYZIK',
    'BOŞ! SAYI/0! DEĞER! BAŞV! AD? SAYI! YOK TAŞMA!',
    'ПУСТО! ДЕЛ/0! ЗНАЧ! ССЫЛКА! ИМЯ? ЧИСЛО! Н/Д ПЕРЕНОС! ВЫЧИСЛ!',
  ].flatMap((names) => names.split(' ')),
);
/** `####` where a column is too narrow, and the numbers of LibreOffice. */
const OTHER_ERROR = /^(?:##+|Err:\d{3})$/;
/** Spanish names begin with one of the first two; a blank stands before the last character of French ones. */
const NOT_IN_NAMES = /[¡¿]|\s(?=[!?]$)/g;

const IS_SHORTENED =
  'was shortened by a spreadsheet, and its digits are lost: take it from the source, in a column formatted as text';
const IS_ERROR = 'is an error of a spreadsheet: correct the formula, or write the value';

/** What a spreadsheet or a decoder has done to an id or a part of a text, as the end of a sentence; `null`: nothing that can be seen. */
export function damageTo(cell: string): string | null {
  const written = cell.trim();
  if (SHORTENED.test(written)) return IS_SHORTENED;
  if (isErrorValue(written)) return IS_ERROR;
  const character = undecodedIn(written);
  return character && isUndecoded(character);
}

/** The same for a number, which has no letters of its own. */
export function damageToNumber(written: string): string | null {
  return SHORTENED_NUMBER.test(written) ? IS_SHORTENED : damageTo(written);
}

function isUndecoded(character: string): string {
  return `holds ${character}, which stands for a character that could not be decoded: take it from the source, or say the encoding of the table with --encoding`;
}

/** `#N/A`, `#BEZUG!`, `#¿NOMBRE?`, `####`, `Err:502` */
function isErrorValue(written: string): boolean {
  if (OTHER_ERROR.test(written)) return true;
  return written.startsWith('#') && ERROR_NAMES.has(written.slice(1).normalize('NFC').replaceAll(NOT_IN_NAMES, ''));
}
