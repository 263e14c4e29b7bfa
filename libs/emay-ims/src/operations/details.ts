import { isHeldLease } from '../database/lease-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { EMAY_IMS_MIGRATIONS } from '../schema/migrations/index.js';
import type { OpenAccount } from './account-access.js';
import type { AccountDetails } from './api/account-details.js';
import type { Figures } from './figures/figures-source.js';
import { VERSION } from './version.js';

/** How an account is set up. */
export async function readDetails(open: OpenAccount, figures: Figures): Promise<AccountDetails> {
  const { account, internals, name } = open;
  const { database } = internals;
  const [isOurs, ...prefix] = database.dialect.beginsWith('name', `${name}:`);
  const leases = await database.rows(
    `SELECT name, holder, expires_at FROM emay_ims_lease WHERE ${isOurs} AND ${isHeldLease(database.dialect)} ORDER BY name`,
    prefix,
  );
  const countedFrom = await account.figures.countedFrom();
  const Newest = EMAY_IMS_MIGRATIONS.at(-1);
  return {
    account: name,
    options: shownOptions(account.options),
    leases: leases.map((row) => ({
      name: String(row.name).slice(name.length + 1),
      holder: String(row.holder),
      until: new Date(Number(row.expires_at)),
    })),
    status: await account.statusReader.status(),
    database: { type: database.dataSource.options.type, schemaVersion: Newest ? new Newest().name : '' },
    version: VERSION,
    figures: { asOf: await figures.asOf(), isRebuilding: countedFrom !== null, rebuiltTo: countedFrom },
  };
}

/** Without what is secret, or no value: the key, most of the AppId, credentials in addresses, functions. */
export function shownOptions(options: ResolvedEmayImsOptions): Record<string, unknown> {
  const { name, baseUrls, appId, database, http, dispatch, reports, retention, protocol } = options;
  const shown = {
    name,
    baseUrls: baseUrls.map(withoutCredentials),
    appId: `${appId.slice(0, 3)}…`,
    ...{ database, http, dispatch, reports, retention, protocol },
  };
  return JSON.parse(JSON.stringify(shown, shownValue)) as Record<string, unknown>;
}

const SECRET = /secret|password|token|credential|authorization|^(?:key|cert|pfx|ca|passphrase)$/i;

function shownValue(this: unknown, key: string, value: unknown): unknown {
  if (SECRET.test(key)) return undefined;
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'function' ? undefined : value;
}

function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}
