/** The account that all contenders use. Its key fits the encrypted interface. */
export const ACCOUNT = { appId: 'EUCP-EMY-SMS0-BENCH', secretKey: 'SECRET-KEY-BENCH' };

/** Accounts of one process that serves many customers. */
export const TENANTS = Array.from({ length: 200 }, (_, index) => ({
  appId: `EUCP-EMY-SMS1-${String(index).padStart(5, '0')}`,
  secretKey: ACCOUNT.secretKey,
}));
