import { describe, expect, it } from '@jest/globals';
import { isRefusal, stateAfter, storeErrorOf } from './store-failure.js';

const failure = (message: string, fields: object = {}) => Object.assign(new Error(message), fields);
const postgres = (code: string, severity = 'ERROR') => failure('says the server', { code, severity });
const mysql = (errno: number, fields: object = {}) =>
  failure('says the server', { errno, sqlState: 'HY000', ...fields });
const socket = (code: string) => failure(`write ${code}`, { code, errno: -32, syscall: 'write' });

describe('a failure that a driver reports leaves the connection', () => {
  it.each([
    ['sound', 'a constraint of PostgreSQL', postgres('23505')],
    ['sound', 'a time limit of PostgreSQL', postgres('57014')],
    ['sound', 'an error of MySQL', mysql(1062, { code: 'ER_DUP_ENTRY' })],
    ['sound', 'one that the driver has no name for', mysql(1969)],
    ['unfit', 'a server that is read only', mysql(1290, { code: 'ER_OPTION_PREVENTS_STATEMENT' })],
    ['closed', 'a shutdown of PostgreSQL', postgres('57P01', 'FATAL')],
    ['closed', 'an idle session that PostgreSQL ended', postgres('25P03', 'FATAL')],
    ['closed', 'a connection that MariaDB killed', mysql(1927)],
    ['closed', 'a broken pipe, whose code looks like an SQLSTATE', socket('EPIPE')],
    ['closed', 'a reset', socket('ECONNRESET')],
    ['closed', 'an end without a code', failure('Connection terminated unexpectedly')],
    ['closed', 'a client that was closed before', failure('Client was closed and is not queryable')],
    ['closed', 'a connection of mysql2 that was closed before', failure('is in closed state', { fatal: true })],
    ['silent', 'a time limit of the driver', failure('Query read timeout')],
    ['unknown', 'a full memory of PostgreSQL', postgres('53200')],
    ['unknown', 'damaged data', postgres('XX001')],
    ['unknown', 'a mistake in the driver', new TypeError('x is not a function')],
  ])('%s: %s', (state, _what, error) => {
    expect(stateAfter(error)).toBe(state);
    expect(isRefusal(storeErrorOf(error))).toBe(state === 'sound' || state === 'unfit');
  });
});
