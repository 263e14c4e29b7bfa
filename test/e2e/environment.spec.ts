import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { OperatorKeys } from '../../src/console/operator-keys.js';
import { isSandbox, readEnvironment } from '../../src/config/environment.js';
import { dataSourceOptions } from '../../src/config/options.js';

/** What `printf '%s' "$key" | sha256sum` says where `key` is not set. */
const NO_KEY = createHash('sha256').digest('hex');
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

  it.each(['/api', '/api/messages', '/API/push', '/console', '/health/live', '/metrics'])(
    'takes no pushes at %s, where the service has paths of its own',
    (EMAY_IMS_PUSH_PATH) => {
      expect(() => readEnvironment({ EMAY_IMS_PUSH_PATH })).toThrow(/EMAY_IMS_PUSH_PATH must not be at or below \/api/);
    },
  );

  it.each(['/push', '/emay/api', '/apis'])('takes pushes at %s', (EMAY_IMS_PUSH_PATH) => {
    expect(readEnvironment({ EMAY_IMS_PUSH_PATH })).toMatchObject({ EMAY_IMS_PUSH_PATH });
  });

  it('takes hashes and the names of operators as people write them', () => {
    const [one, two] = ['0123456789abcdef'.repeat(4), 'fedcba9876543210'.repeat(4)] as const;
    const { API_KEY_HASHES, CONSOLE_KEY_HASHES } = readEnvironment({
      API_KEY_HASHES: ` ${one.toUpperCase()}, ${two} `,
      CONSOLE_KEY_HASHES: `张三:${one},  Jo\u0308rg : ${two.toUpperCase()},Alice Smith:${one}, ops@example.com:${two}`,
    });
    expect(API_KEY_HASHES).toBe(`${one},${two}`);
    expect(CONSOLE_KEY_HASHES).toBe(`张三:${one},Jörg:${two},Alice Smith:${one},ops@example.com:${two}`);
    expect(new OperatorKeys(`Jörg:${createHash('sha256').update('his').digest('hex')}`).operatorOf('Bearer his')).toBe(
      'Jörg',
    );
    const longest = '名'.repeat(128);
    expect(readEnvironment({ CONSOLE_KEY_HASHES: `${longest}:${one}` })).toMatchObject({
      CONSOLE_KEY_HASHES: `${longest}:${one}`,
    });
  });

  it.each([
    ['no name', ':HASH'],
    ['a name of blanks', ' :HASH'],
    ['a name too long', `${'a'.repeat(129)}:HASH`],
    ['a name too long for the audit', `${'𠮷'.repeat(65)}:HASH`],
    ['two names', 'a:b:HASH'],
    ['a line break in a name', 'a\nb:HASH'],
    ['what turns a line around', 'a\u202eb:HASH'],
    ['a colon of full width', '张三：HASH'],
    ['a hash alone', 'HASH'],
    ['a name alone', 'ann'],
    ['a comma at the end', 'ann:HASH,'],
  ])('refuses operators with %s, and says what is allowed', (_what, written) => {
    const CONSOLE_KEY_HASHES = written.replace('HASH', 'ab'.repeat(32));
    expect(() => readEnvironment({ CONSOLE_KEY_HASHES })).toThrow(/name:hash.*at most 128 letters, digits/s);
  });

  it.each([
    ['API_KEY_HASHES', NO_KEY],
    ['API_KEY_HASHES', `${'ab'.repeat(32)}, ${NO_KEY.toUpperCase()}`],
    ['CONSOLE_KEY_HASHES', `ann:${NO_KEY}`],
  ])('refuses %s with the hash of an empty key: %s', (name, hashes) => {
    expect(() => readEnvironment({ [name]: hashes })).toThrow(new RegExp(`${name} .*hash of an empty key`));
  });

  it('is no sandbox with credentials', () => {
    expect(isSandbox(readEnvironment(CREDENTIALS))).toBe(false);
  });

  it.each([
    ['sqlite:./data/other.sqlite', 'sqlite:./data/sandbox-other.sqlite'],
    ['sqlite:other.sqlite', 'sqlite:sandbox-other.sqlite'],
    ['sqlite:/srv/sms/ims', 'sqlite:/srv/sms/sandbox-ims'],
  ])('keeps what is tried in the sandbox out of the file of a real gateway: %s', (EMAY_IMS_DATABASE_URL, own) => {
    expect(readEnvironment({ ...CREDENTIALS, EMAY_IMS_DATABASE_URL })).toMatchObject({ EMAY_IMS_DATABASE_URL });
    expect(readEnvironment({ EMAY_IMS_DATABASE_URL })).toMatchObject({ EMAY_IMS_DATABASE_URL: own });
    expect(() => readEnvironment({ ...CREDENTIALS, EMAY_IMS_DATABASE_URL: own })).toThrow(/begins with sandbox/);
  });

  it.each(['postgres://u:p@host/sms', 'mysql://u:p@host/sms', 'mariadb://u:p@host/sms'])(
    'keeps it in tables of its own on a server: %s',
    (EMAY_IMS_DATABASE_URL) => {
      const real = dataSourceOptions(readEnvironment({ ...CREDENTIALS, EMAY_IMS_DATABASE_URL }));
      const sandbox = dataSourceOptions(readEnvironment({ EMAY_IMS_DATABASE_URL }));
      expect([real?.entityPrefix, real?.migrationsTableName]).toEqual([undefined, undefined]);
      expect([sandbox?.entityPrefix, sandbox?.migrationsTableName]).toEqual(['sandbox_', 'sandbox_migrations']);
    },
  );

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

  it.each([
    [{ NODE_ENV: 'production' }, /in production must be asked for: EMAY_IMS_SANDBOX=true/],
    [{ NODE_ENV: ' "Production" ' }, /in production must be asked for/],
    [{ HOST: '0.0.0.0', API_KEY_HASHES: 'a'.repeat(64) }, /on HOST 0\.0\.0\.0 must be asked for/],
    [{ EMAY_IMS_SANDBOX: 'no' }, /EMAY_IMS_SANDBOX is false/],
    [{ ...CREDENTIALS, EMAY_IMS_SANDBOX: '1' }, /EMAY_IMS_SANDBOX is true, and a gateway is set/],
    [{ EMAY_IMS_SANDBOX: 'maybe' }, /EMAY_IMS_SANDBOX must be true or false/],
    [{ ...CREDENTIALS, EMAY_IMS_SECRET_KEY: ' ' }, /EMAY_IMS_SECRET_KEY must be set too/],
  ])('starts no sandbox that nobody asked for: %j', (variables, sentence) => {
    expect(() => readEnvironment(variables)).toThrow(sentence);
  });

  it.each(['true', 'TRUE', '1', 'yes', ' "true" ', "'on'"])('takes %j for yes', (EMAY_IMS_SANDBOX) => {
    expect(isSandbox(readEnvironment({ NODE_ENV: 'production', EMAY_IMS_SANDBOX }))).toBe(true);
  });

  it('reads values without white space and quotes around them, and empty ones as not set', () => {
    const quoted = Object.fromEntries(Object.entries(CREDENTIALS).map(([name, value]) => [name, ` "${value}"\r\n`]));
    expect(readEnvironment({ ...quoted, PORT: '', HOST: '[::1]' })).toMatchObject({
      ...CREDENTIALS,
      PORT: 3000,
      HOST: '::1',
    });
  });

  it.each([
    ['EMAY_BASE_URL', 'EMAY_IMS_BASE_URL'],
    ['EMAYIMS_BASE_URL', 'EMAY_IMS_BASE_URL'],
    ['EMAY_IMS_BASEURL', 'EMAY_IMS_BASE_URL'],
    ['EMAY-IMS-BASE-URL', 'EMAY_IMS_BASE_URL'],
    ['EMYA_IMS_BASE_URL', 'EMAY_IMS_BASE_URL'],
    ['EMAY_IMS_URL', 'EMAY_IMS_BASE_URL'],
    ['IMS_BASE_URL', 'EMAY_IMS_BASE_URL'],
    ['EMAY_IMS_SECRETKEY', 'EMAY_IMS_SECRET_KEY'],
    ['EMAY_IMS_SECRET', 'EMAY_IMS_SECRET_KEY'],
    ['emay_ims_app_id', 'EMAY_IMS_APP_ID'],
    ['EMAY_APPID', 'EMAY_IMS_APP_ID'],
    ['EMAY_IMS_DATABSE_URL', 'EMAY_IMS_DATABASE_URL'],
    ['API_KEY_HASH', 'API_KEY_HASHES'],
    ['EMAY_IMS_RETENTION', 'EMAY_IMS_RETENTION_DAYS'],
  ])('refuses %s, and names %s', (wrong, right) => {
    expect(() => readEnvironment({ [wrong]: 'TOP-SECRET' })).toThrow(new RegExp(`${wrong} is n.*${right}`));
    try {
      readEnvironment({ [wrong]: 'TOP-SECRET' });
    } catch (error) {
      expect(String(error)).not.toContain('TOP-SECRET');
    }
  });

  it.each([
    { EMAY_IMS_SERVICE_HOST: '10.0.0.1', EMAY_IMS_SERVICE_PORT: '3000', EMAY_IMS_SERVICE_PORT_HTTP: '3000' },
    { EMAY_IMS_PORT: 'tcp://10.0.0.1:3000', EMAY_IMS_PORT_3000_TCP: 'tcp://10.0.0.1:3000' },
    { EMAY_IMS_PORT_3000_TCP_ADDR: '10.0.0.1', EMAY_IMS_PORT_3000_TCP_PROTO: 'tcp', EMAY_IMS_NAME: '/web/emay-ims' },
    { EMAIL_BASE_URL: 'x', DATABASE_URL: 'x', BASE_URL: 'x', APP_ID: 'x', SECRET_KEY: 'x', API_KEY: 'x', POST: 'x' },
    { EMAY_BASE_URL: '', emay_ims_app_id: ' ' },
  ])('does not mind %j', (variables) => {
    expect(isSandbox(readEnvironment(variables as NodeJS.ProcessEnv))).toBe(true);
  });

  it('does not mind what another product of Emay is told, where its own are set', () => {
    const others = { EMAY_SMS_APP_ID: 'x', EMAY_SMS_SECRET_KEY: 'x', EMAY_MAIL_URL: 'x' };
    expect(isSandbox(readEnvironment({ ...CREDENTIALS, ...others }))).toBe(false);
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
