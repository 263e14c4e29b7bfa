import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { findAccount, findRegistry } from '../accounts/find-account.js';
import { DEFAULT_ACCOUNT } from '../emay-ims.tokens.js';
import type { EmayImsService } from '../emay-ims.service.js';
import { AccountAccess } from './account-access.js';
import type { AccountOperations } from './api/account-operations.js';
import { OperationsOfAccount } from './operations-of-account.js';

/**
 * What an operator's tool reads and does: search, evidence, doubts, reports, figures, bulk actions, audit. For a console, a command line or
 * routes of your own.
 *
 * - It asks nobody who they are: whoever calls it has checked that.
 */
@Injectable()
export class EmayImsOperations {
  private readonly byService = new WeakMap<EmayImsService, AccountOperations>();

  constructor(private readonly moduleRef: ModuleRef) {}

  /** All accounts of the application, imported ones and those added at run time. */
  names(): string[] {
    return findRegistry(this.moduleRef)?.names ?? [];
  }

  /**
   * The operations of one account.
   *
   * @param account its name; default: the default account
   * @throws EmayImsOptionsError where there is none of that name
   */
  of(account: string = DEFAULT_ACCOUNT): AccountOperations {
    const service = findAccount(this.moduleRef, account);
    let operations = this.byService.get(service);
    if (!operations) {
      operations = new OperationsOfAccount(new AccountAccess(account, service));
      this.byService.set(service, operations);
    }
    return operations;
  }
}
