import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccountRegistry, RegisteredAccount } from '../accounts/account-registry.js';
import type { ResolvedPushOptions } from './push-options.js';

/** Whom a push is for. `sealed`: one of these accounts, whichever has its key; `plain`: the secret is this account's. */
export type PushTarget =
  { form: 'sealed'; accounts: readonly RegisteredAccount[] } | { form: 'plain'; account: RegisteredAccount };

/** Finds out for which account a push is, before its body is read. */
export class PushTargets {
  constructor(
    private readonly registry: AccountRegistry,
    private readonly options: ResolvedPushOptions,
  ) {}

  /** @param appId the header of the encrypted form; an AppId at two gateways may name two accounts */
  byAppId(appId: unknown): PushTarget | null {
    if (typeof appId !== 'string' || appId === '') return null;
    const accounts = this.registry.withAppId(appId).filter(({ name }) => this.takes(name));
    return accounts.length === 0 ? null : { form: 'sealed', accounts };
  }

  /** Takes as long for every secret. */
  bySecret(secret: string): PushTarget | null {
    const given = digest(secret);
    let named: string | null = null;
    for (const [account, known] of this.options.secrets) if (timingSafeEqual(given, digest(known))) named = account;
    const account = named === null ? undefined : this.registry.find(named);
    return account ? { form: 'plain', account } : null;
  }

  takes(account: string): boolean {
    const { accounts } = this.options;
    return accounts === 'all' || accounts.includes(account);
  }
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
