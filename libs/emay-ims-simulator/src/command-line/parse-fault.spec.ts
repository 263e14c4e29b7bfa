import { expect, it } from '@jest/globals';
import { parseFault } from './parse-fault.js';

it.each([
  ['hang', { kind: 'hang' }],
  ['hang,accept', { kind: 'hang', accept: true }],
  ['hang,accept=false', { kind: 'hang', accept: false }],
  ['reset-after,on=sendBatchIMS,chance=0.02', { kind: 'reset-after', on: ['sendBatchIMS'], chance: 0.02 }],
  [
    'delay, ms=250, on=sendSingleIMS+getIMSReport, times=Infinity',
    { kind: 'delay', ms: 250, on: ['sendSingleIMS', 'getIMSReport'], times: Infinity },
  ],
  ['clock-skew,ms=-900000', { kind: 'clock-skew', ms: -900_000 }],
  ['redirect,status=302,location=https://a/?b=c', { kind: 'redirect', status: 302, location: 'https://a/?b=c' }],
  ['code,code=42', { kind: 'code', code: '42' }],
  ['delay,ms=1,before=acceptance', { kind: 'delay', ms: 1, before: 'acceptance' }],
])('reads %s', (text, order) => {
  expect(parseFault(text)).toEqual(order);
});

it.each([
  ['', 'there is no kind ""; write one of: refuse, reset-before'],
  ['explode', 'there is no kind "explode"; write one of'],
  ['hang,', 'hang has no ""'],
  ['hang,colour=red', 'hang has no "colour"'],
  ['hang,chance=2', 'chance is 2; write a number above 0 and up to 1'],
  ['hang,times=', 'times is ; write a whole number from 1'],
  ['hang,on=sendAll', 'there is no call "sendAll"'],
  ['delay', 'delay needs ms'],
  ['delay,ms=soon', 'ms is soon; write a whole number'],
  ['redirect,status=200', 'status is "200"; write one of: 307'],
])('refuses %j and says what to write', (text, message) => {
  expect(() => parseFault(text)).toThrow(RangeError);
  expect(() => parseFault(text)).toThrow(`--fault "${text}": fault: ${message}`);
});
