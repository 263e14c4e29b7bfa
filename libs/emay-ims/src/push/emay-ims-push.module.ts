import { Inject, Module, type DynamicModule, type OnModuleInit, type Provider } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { AccountRegistry, type RegisteredAccount } from '../accounts/account-registry.js';
import { findAccount, findRegistry } from '../accounts/find-account.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { DEFAULT_ACCOUNT } from '../emay-ims.tokens.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { isCipherKey } from '../protocol/index.js';
import { mount } from './mount.js';
import { answer } from './push-answer.js';
import {
  resolvePushOptions,
  type EmayImsPushAsyncOptions,
  type EmayImsPushOptions,
  type ResolvedPushOptions,
} from './push-options.js';
import { PushServer } from './push-server.js';
import { PushTargets } from './push-target.js';

const PUSH_OPTIONS = Symbol('EmayImsPushOptions');

/**
 * Takes delivery reports that the gateway pushes, encrypted or plain, at a path of the application (Express or Fastify). Import it beside
 * `EmayImsModule`, whose `reports.source` says whether polls go on. A push is answered once its batch is stored or spooled. Not in the vendor
 * document, and not tried against Emay: see docs/pushed-reports.md.
 */
@Module({})
export class EmayImsPushModule implements OnModuleInit {
  private server: PushServer | null = null;
  private mountFailure: unknown = null;

  constructor(
    @Inject(PUSH_OPTIONS) private readonly options: ResolvedPushOptions,
    adapterHost: HttpAdapterHost,
    private readonly moduleRef: ModuleRef,
  ) {
    const mountNow = () => {
      const { httpAdapter } = adapterHost;
      // None in a worker.
      if (!httpAdapter) return;
      const address = { path: options.path, hasSecrets: options.secrets.size > 0 };
      try {
        mount(httpAdapter, address, (request, response, rest) => {
          if (this.server) void this.server.serve(request, response, rest);
          else answer(response, 503, 'starting');
        });
      } catch (error) {
        // Thrown to whoever subscribes, it would end the process.
        this.mountFailure = error;
      }
    };
    // An application adds its body parsers later; a testing module its adapter, too.
    if (adapterHost.httpAdapter) mountNow();
    else adapterHost.init$.subscribe(mountNow);
  }

  /** @throws EmayImsOptionsError at once for a wrong option */
  static forRoot(options: EmayImsPushOptions): DynamicModule {
    return build([{ provide: PUSH_OPTIONS, useValue: resolvePushOptions(options) }]);
  }

  /** The options come from a factory; a wrong one stops the start of the application. */
  static forRootAsync({ imports = [], inject = [], useFactory }: EmayImsPushAsyncOptions): DynamicModule {
    const useFactoryChecked = async (...injected: unknown[]) => resolvePushOptions(await useFactory(...injected));
    return {
      ...build([{ provide: PUSH_OPTIONS, inject: [...inject], useFactory: useFactoryChecked }]),
      imports,
    };
  }

  /**
   * @throws EmayImsOptionsError if a named account does not exist, or has neither a secretKey of 16, 24 or 32 bytes nor a secret; if two
   * imports have one path; if the platform is neither Express nor Fastify
   */
  onModuleInit(): void {
    if (this.mountFailure !== null) throw this.mountFailure;
    const { accounts } = this.options;
    const found = findRegistry(this.moduleRef);
    const named = accounts === 'all' ? [] : accounts;
    for (const account of found || named.length > 0 ? named : [DEFAULT_ACCOUNT]) findAccount(this.moduleRef, account);
    // Services in memory are in none: a push is for nobody then.
    const registry = found ?? new AccountRegistry();
    const targets = new PushTargets(registry, this.options);
    this.assertKeys(registry, targets);
    this.server = new PushServer(this.options, targets);
  }

  private assertKeys(registry: AccountRegistry, targets: PushTargets): void {
    const lacksKey = ({ name, options }: RegisteredAccount) =>
      targets.takes(name) && !this.options.secrets.has(name) && !isCipherKey(options.secretKey);
    let isStarted = false;
    registry.forEach((account) => {
      if (!lacksKey(account)) return;
      const problem =
        `the secretKey of account "${account.name}" is no AES key of 16, 24 or 32 bytes, so its pushes cannot be deciphered. Check the ` +
        'key, give the account a plain.secrets entry, or leave it out of `accounts`.';
      if (!isStarted) throw new EmayImsOptionsError(`EmayImsPushModule cannot start: ${problem}`);
      // One that is added at run time works otherwise.
      GuardedLogger.of(account.name).error(`EmayImsPushModule: ${problem}`, { account: account.name });
    });
    isStarted = true;
  }
}

function build(providers: Provider[]): DynamicModule {
  return { module: EmayImsPushModule, providers };
}
