import type { CanActivate, InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { AccessFunction } from '../access/access.js';
import type { ConsolePanel } from '../api.js';

/** What the console shows, and to whom. */
export interface EmayImsConsoleSettings {
  /**
   * Who may see and do what. Default: closed, but for requests from this machine itself (loopback address and `Host`, no proxy) outside
   * production, which may do everything as `local`.
   */
  access?: AccessFunction | undefined;
  /** Accounts to show, or `all` of the application, with those added at run time. Default: `['default']`. */
  accounts?: readonly string[] | 'all' | undefined;
  /**
   * The path that browsers see, where a proxy renames it, e.g. `/tools/sms`: only the redirect from the root to the first page needs it,
   * everything else is relative.
   */
  publicPath?: string | undefined;
  /** Origins whose page may act besides that of `Host`, e.g. `https://ops.example.com` where a proxy changes `Host`. Default: none. */
  trustedOrigins?: readonly string[] | undefined;
  /** Pages of yours, shown in the navigation. They are links: access to them is yours to check. Default: none. */
  panels?: readonly ConsolePanel[] | undefined;
  /** The language of whoever has not chosen one; `null`: the browser's. Default: `null`. */
  language?: 'en' | 'zh' | null | undefined;
  /** Whether what is sent goes to a simulator: the page says so. Default: `false`. */
  isSandbox?: boolean | undefined;
}

/** Where the console is mounted: it is known before anything is injected. */
export interface EmayImsConsolePlace {
  /** Below the global prefix, e.g. `/sms`. */
  path: string;
  /** Guards of yours that each request passes first, before `access` is asked. They find their dependencies in `imports`. */
  guards?: readonly (Type<CanActivate> | CanActivate)[] | undefined;
  /** Decorators of yours for its controllers, e.g. one that a global guard knows public routes by: then `access` alone decides. */
  decorators?: readonly ClassDecorator[] | undefined;
  /** Modules that `guards` and the factory need. */
  imports?: ModuleMetadata['imports'] | undefined;
}

export interface EmayImsConsoleOptions extends EmayImsConsolePlace, EmayImsConsoleSettings {}

/** `path`, `guards` and `imports` at once; the rest from a factory. */
export interface EmayImsConsoleAsyncOptions extends EmayImsConsolePlace {
  inject?: readonly (InjectionToken | OptionalFactoryDependency)[] | undefined;
  /** Makes the settings of what `inject` names. */
  useFactory: (...injected: any[]) => EmayImsConsoleSettings | Promise<EmayImsConsoleSettings>; // oxlint-disable-line typescript/no-explicit-any -- whatever `inject` names
}
