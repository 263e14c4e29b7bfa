import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.js';
import { emayImsOptions } from './options.js';

const POSTGRES = { EMAY_IMS_DATABASE_URL: 'postgres://user:password@pooler/sms' };
const databaseOf = (variables: NodeJS.ProcessEnv) => emayImsOptions(readEnvironment(variables), null).database;

describe('notifications of new messages', () => {
  it('are on, by the address of the database', () => {
    expect(databaseOf(POSTGRES)).toMatchObject({ notify: true });
    expect(databaseOf(POSTGRES)).not.toHaveProperty('listenAddress');
  });

  it('can be turned off, or listened to at the server itself', () => {
    expect(databaseOf({ ...POSTGRES, EMAY_IMS_NOTIFY: 'off' })).toMatchObject({ notify: false });
    for (const address of ['db.internal:5432', '[::1]:5432', 'db.internal:5432/sms'])
      expect(databaseOf({ ...POSTGRES, EMAY_IMS_LISTEN_ADDRESS: address })).toMatchObject({ listenAddress: address });
  });

  it.each(['db.internal', 'postgres://db.internal:5432', 'user:password@db.internal:5432', ':5432', 'db.internal:'])(
    'refuse the address %s without repeating it',
    (address) => {
      const read = () => readEnvironment({ ...POSTGRES, EMAY_IMS_LISTEN_ADDRESS: address });
      expect(read).toThrow(/EMAY_IMS_LISTEN_ADDRESS must be host:port/);
      expect(read).not.toThrow(address);
    },
  );

  it('take no notice of an address beside a file', () => {
    const read = readEnvironment({
      EMAY_IMS_DATABASE_URL: 'sqlite:./data/ims.sqlite',
      EMAY_IMS_LISTEN_ADDRESS: 'db.internal:5432',
    });
    expect(read.EMAY_IMS_LISTEN_ADDRESS).toBe('db.internal:5432');
  });

  it.each(['mysql://user:password@host/sms', 'mariadb://user:password@host/sms'])('refuse an address for %s', (url) => {
    const read = () => readEnvironment({ EMAY_IMS_DATABASE_URL: url, EMAY_IMS_LISTEN_ADDRESS: 'db.internal:5432' });
    expect(read).toThrow(/EMAY_IMS_LISTEN_ADDRESS needs EMAY_IMS_DATABASE_URL/);
  });
});
