/** The account that all contenders use. */
export const ACCOUNT = { appId: 'EUCP-EMY-SMS0-BENCH', secretKey: 'SECRET-KEY-OF-BENCH' };
