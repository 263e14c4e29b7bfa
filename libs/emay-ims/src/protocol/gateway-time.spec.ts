import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';
import * as fc from 'fast-check';

import { formatTimestamp, parseGatewayTime, parseTimeZoneOffset } from './gateway-time.js';

const offsets = fc.integer({ min: -12 * 60, max: 14 * 60 }).map((minutes) => ({ minutes, text: offsetText(minutes) }));
const wholeSeconds = fc
  .integer({ min: Date.UTC(1000, 0, 1) / 1000, max: Date.UTC(9998, 11, 31) / 1000 })
  .map((seconds) => new Date(seconds * 1000));

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

describe('parseTimeZoneOffset', () => {
  it.each([
    ['+08:00', 480],
    ['+00:00', 0],
    ['-00:00', 0],
    ['-03:30', -210],
    ['+05:45', 345],
    ['+14:00', 840],
    ['-12:00', -720],
  ])('reads %s as %d minutes', (text, minutes) => {
    expect(parseTimeZoneOffset(text)).toBe(minutes);
  });

  it('reads every offset on earth', () => {
    fc.assert(
      fc.property(offsets, ({ minutes, text }) => {
        expect(parseTimeZoneOffset(text)).toBe(minutes);
      }),
    );
  });

  it.each([
    '',
    '8',
    '+8',
    '+8:00',
    '+0800',
    '08:00',
    '+08:60',
    '+14:01',
    '-12:01',
    '+24:00',
    'Z',
    'Asia/Shanghai',
    '+08:00\n',
  ])('refuses %j and says what to write', (text) => {
    expect(() => parseTimeZoneOffset(text)).toThrow(RangeError);
    expect(() => parseTimeZoneOffset(text)).toThrow(/write "\+08:00"/);
  });
});

describe('formatTimestamp', () => {
  it.each([
    ['2018-03-30T08:11:38.999Z', '+08:00', '20180330161138'],
    ['2018-12-31T16:00:00.000Z', '+08:00', '20190101000000'],
    ['2024-02-29T02:03:04.000Z', '-03:30', '20240228223304'],
    ['2018-03-30T08:11:38.000Z', '+00:00', '20180330081138'],
  ])('%s at %s is %s', (instant, offset, expected) => {
    expect(formatTimestamp(new Date(instant), offset)).toBe(expected);
  });

  it.each([
    new Date(Number.NaN),
    new Date(8.64e15),
    new Date('9999-12-31T23:59:59Z'),
    new Date('-000001-01-01T00:00:00Z'),
  ])('refuses what has no 14 digits: %p', (instant) => {
    expect(() => formatTimestamp(instant, '+08:00')).toThrow(RangeError);
  });
});

describe('parseGatewayTime', () => {
  it.each([
    ['2018-03-15 12:00:00', '2018-03-15T04:00:00.000Z'],
    ['  2018-03-15 12:00:00\n', '2018-03-15T04:00:00.000Z'],
    ['2024-02-29 00:00:00', '2024-02-28T16:00:00.000Z'],
    ['2000-02-29 23:59:59', '2000-02-29T15:59:59.000Z'],
    ['0099-01-01 08:00:00', '0099-01-01T00:00:00.000Z'],
    ['2018-03-15 12:00:00.0', '2018-03-15T04:00:00.000Z'],
    ['2018-03-15 12:00:00.123456', '2018-03-15T04:00:00.123Z'],
    ['2018-03-15 12:00:00,5', '2018-03-15T04:00:00.500Z'],
    ['2018-03-15T12:00:00', '2018-03-15T04:00:00.000Z'],
    ['2018-03-15T12:00:00Z', '2018-03-15T12:00:00.000Z'],
    ['2018-03-15T12:00:00.250+05:30', '2018-03-15T06:30:00.250Z'],
    ['2018-03-15T12:00:00-0330', '2018-03-15T15:30:00.000Z'],
    ['2018-03-15 12:00:00 +0800', '2018-03-15T04:00:00.000Z'],
    ['2018/03/15 12:00:00', '2018-03-15T04:00:00.000Z'],
    ['2018/3/5 9:05:07', '2018-03-05T01:05:07.000Z'],
    ['2018-03-15 12:00', '2018-03-15T04:00:00.000Z'],
    ['20180315120000', '2018-03-15T04:00:00.000Z'],
    [1_521_086_400_123, '2018-03-15T04:00:00.123Z'],
    ['1521086400123', '2018-03-15T04:00:00.123Z'],
    [1_521_086_400, '2018-03-15T04:00:00.000Z'],
    [1_521_086_400n, '2018-03-15T04:00:00.000Z'],
  ] as [unknown, string][])('reads %p', (text, expected) => {
    expect(parseGatewayTime(text, '+08:00')?.toISOString()).toBe(expected);
  });

  it.each([
    undefined,
    null,
    '',
    0,
    -1_521_086_400,
    1_521_086_400.5,
    15_210_864_001_234,
    {},
    '2018-02-30 12:00:00',
    '2023-02-29 12:00:00',
    '1900-02-29 12:00:00',
    '2018-04-31 12:00:00',
    '2018-13-01 12:00:00',
    '2018-00-01 12:00:00',
    '2018-01-00 12:00:00',
    '0000-00-00 00:00:00',
    '2018-03-15 24:00:00',
    '2018-03-15 12:60:00',
    '2018-03-15 12:00:60',
    '2018-03-15',
    '2018-03/15 12:00:00',
    '20180230120000',
    '20181315120000',
    '2018-03-15T12:00:00+25:00',
    '2018-03-15 12:00:00 CST',
    '２０１８-03-15 12:00:00',
    '2018-03-15 12:00:00 '.padEnd(100),
  ])('is null for %p', (text) => {
    expect(parseGatewayTime(text, '+08:00')).toBeNull();
  });

  it('reads back every second that was written, at every offset', () => {
    fc.assert(
      fc.property(wholeSeconds, offsets, (instant, { text: offset }) => {
        const stamp = formatTimestamp(instant, offset);
        expect(stamp).toMatch(/^\d{14}$/);
        const spelled = stamp.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3 $4:$5:$6');
        expect(parseGatewayTime(spelled, offset)).toEqual(instant);
      }),
    );
  });
});

describe('the host’s time zone', () => {
  // TZ counts only when a process starts, so each zone gets a process of its own, fed with this very source.
  const { code } = transformSync(readFileSync(new URL('./gateway-time.ts', import.meta.url), 'utf8'), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  // 02:30 of 11 March 2018 is skipped in St. John's, 01:30 of 4 November comes twice.
  const probe = `${code}
    const texts = ['2018-03-11 02:30:00', '2018-11-04 01:30:00', '2018-07-01 00:00:00', '1990-04-15 00:30:00', '2018-02-30 00:00:00'];
    const instants = ['2018-03-11T05:30:00Z', '2018-11-04T03:30:00Z', '9999-12-31T15:59:59Z', '1990-04-14T16:30:00Z'];
    console.log(JSON.stringify({
      hostOffset: new Date('2018-07-01T00:00:00Z').getTimezoneOffset(),
      parsed: texts.map((text) => parseGatewayTime(text, '+08:00')),
      formatted: instants.map((instant) => formatTimestamp(new Date(instant), '+08:00')),
    }));`;

  it.each([
    ['UTC', 0],
    ['Asia/Shanghai', -480],
    ['America/St_Johns', 150],
  ])('%s gives the same times', (zone, hostOffset) => {
    const output = execFileSync(process.execPath, ['--input-type=module', '-'], {
      input: probe,
      env: { ...process.env, TZ: zone, NODE_OPTIONS: '' },
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual({
      hostOffset,
      parsed: [
        '2018-03-10T18:30:00.000Z',
        '2018-11-03T17:30:00.000Z',
        '2018-06-30T16:00:00.000Z',
        '1990-04-14T16:30:00.000Z',
        null,
      ],
      formatted: ['20180311133000', '20181104113000', '99991231235959', '19900415003000'],
    });
  });
});
