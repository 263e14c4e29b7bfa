import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type Provider } from '@nestjs/common';
import { EmayImsOperations, EmayImsOperationsModule } from 'nestjs-emay-ims/operations';
import { AccessControl } from './access/access-control.js';
import { ExportLinks } from './exports/export-links.js';
import { LIVE_TIMINGS, LiveHub, type LiveTimings } from './live/live-hub.js';
import type {
  EmayImsConsoleAsyncOptions,
  EmayImsConsoleOptions,
  EmayImsConsolePlace,
} from './options/console-options.js';
import { readPath, resolveSettings, type ResolvedConsoleSettings } from './options/resolve-options.js';
import { packageVersion } from './package-version.js';
import { ApiServer } from './routes/api-server.js';
import { consoleControllers } from './routes/console-controllers.js';
import { PageFiles } from './shell/page-files.js';
import { PageServer } from './shell/page-server.js';

const SETTINGS = Symbol('EmayImsConsoleSettings');
/** @internal Tests have less time. */
export const CONSOLE_TIMINGS = Symbol('EmayImsConsoleTimings');

/**
 * An operator's console: a page and its API, mounted below a path of the application. Import it once for each path.
 *
 * - Closed by default: see the option `access`.
 * - The host's global prefix, guards and middleware apply; its interceptors, pipes and serializers see nothing of an answer.
 * - Live streams and downloads end when the application shuts down.
 */
@Module({})
export class EmayImsConsoleModule implements BeforeApplicationShutdown {
  private readonly closing: AbortController;

  constructor(
    private readonly hub: LiveHub,
    @Inject(AbortController) closing: AbortController,
  ) {
    this.closing = closing;
  }

  /** @throws EmayImsOptionsError at once for a wrong or missing option */
  static forRoot(options: EmayImsConsoleOptions): DynamicModule {
    return build(options, [{ provide: SETTINGS, useValue: resolveSettings(options) }]);
  }

  /** The settings come from a factory; a wrong one stops the start of the application. */
  static forRootAsync(options: EmayImsConsoleAsyncOptions): DynamicModule {
    const { inject = [], useFactory } = options;
    return build(options, [
      {
        provide: SETTINGS,
        inject: [...inject],
        useFactory: async (...injected: unknown[]) => resolveSettings(await useFactory(...injected)),
      },
    ]);
  }

  /** @hidden Before the server waits for open connections. */
  beforeApplicationShutdown(): void {
    this.hub.close();
    this.closing.abort();
  }
}

function build(
  { path, guards = [], decorators = [], imports = [] }: EmayImsConsolePlace,
  settings: Provider[],
): DynamicModule {
  return {
    module: EmayImsConsoleModule,
    imports: [EmayImsOperationsModule, ...imports],
    controllers: consoleControllers(readPath(path), guards, decorators),
    providers: [...settings, ...PARTS],
  };
}

const PARTS: Provider[] = [
  { provide: CONSOLE_TIMINGS, useValue: LIVE_TIMINGS },
  { provide: AbortController, useFactory: () => new AbortController() },
  { provide: PageFiles, useFactory: () => PageFiles.read() },
  {
    provide: AccessControl,
    inject: [SETTINGS],
    useFactory: ({ access }: ResolvedConsoleSettings) => new AccessControl(access),
  },
  {
    provide: LiveHub,
    inject: [EmayImsOperations, CONSOLE_TIMINGS],
    useFactory: (operations: EmayImsOperations, timings: LiveTimings) =>
      new LiveHub((account) => operations.of(account), timings),
  },
  {
    provide: PageServer,
    inject: [PageFiles, AccessControl, SETTINGS],
    useFactory: (files: PageFiles, access: AccessControl, { publicPath }: ResolvedConsoleSettings) =>
      new PageServer(files, access, publicPath),
  },
  {
    provide: ApiServer,
    inject: [AccessControl, EmayImsOperations, SETTINGS, LiveHub, PageFiles, CONSOLE_TIMINGS, AbortController],
    useFactory: (
      access: AccessControl,
      operations: EmayImsOperations,
      settings: ResolvedConsoleSettings,
      hub: LiveHub,
      { build: pageBuild }: PageFiles,
      timings: LiveTimings,
      { signal: closing }: AbortController,
    ) =>
      new ApiServer(access, operations, {
        ...{ settings, hub, timings, closing },
        ...{ build: pageBuild, version: packageVersion(), links: new ExportLinks() },
      }),
  },
];
