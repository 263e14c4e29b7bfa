import { describe, expect, it } from '@jest/globals';
import { isSandbox, readEnvironment } from '../../src/config/environment.js';

const CREDENTIALS = {
  EMAY_IMS_BASE_URL: 'https://gateway.example:8443',
  EMAY_IMS_APP_ID: 'EUCP-EMY-SMS0-XXXXX',
  EMAY_IMS_SECRET_KEY: 'TOP-SECRET',
};

describe('the environment of the application', () => {
  it('is a sandbox on this machine, with SQLite, where nothing is set', () => {
    const environment = readEnvironment({});
    expect(isSandbox(environment)).toBe(true);
    expect(environment).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      EMAY_IMS_DATABASE_URL: 'sqlite:./data/sandbox.sqlite',
    });
  });

  it('is no sandbox with credentials', () => {
    expect(isSandbox(readEnvironment(CREDENTIALS))).toBe(false);
  });

  it('keeps what is tried in the sandbox out of the database of the real gateway, unless told which one to use', () => {
    expect(readEnvironment(CREDENTIALS).EMAY_IMS_DATABASE_URL).toBe('sqlite:./data/ims.sqlite');
    const EMAY_IMS_DATABASE_URL = 'sqlite:./data/other.sqlite';
    expect(readEnvironment({ EMAY_IMS_DATABASE_URL })).toMatchObject({ EMAY_IMS_DATABASE_URL });
  });

  it.each([
    [{ EMAY_IMS_APP_ID: 'x' }, /EMAY_IMS_BASE_URL and EMAY_IMS_SECRET_KEY must be set too/],
    [{ PORT: 'http' }, /PORT must/],
    [{ PORT: '70000' }, /PORT must/],
    [{ HOST: '0.0.0.0' }, /API_KEY_HASHES must be set to listen on 0\.0\.0\.0/],
    [{ API_KEY_HASHES: 'plain key' }, /API_KEY_HASHES must be SHA-256 hashes/],
    [{ EMAY_IMS_DATABASE_URL: 'oracle://x' }, /EMAY_IMS_DATABASE_URL must be sqlite:PATH/],
    [{ EMAY_IMS_REPORT_INTERVAL_MS: '1' }, /EMAY_IMS_REPORT_INTERVAL_MS must/],
  ])('refuses %j with a sentence that says what to write', (variables, sentence) => {
    expect(() => readEnvironment(variables)).toThrow(sentence);
  });

  it('never repeats a value, which may be a secret', () => {
    const broken = { ...CREDENTIALS, EMAY_IMS_DATABASE_URL: 'x://user:password@host', EMAY_IMS_APP_ID: undefined };
    let message = '';
    try {
      readEnvironment(broken);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('EMAY_IMS_APP_ID must be set too');
    expect(message).not.toMatch(/TOP-SECRET|password/);
  });
});
