export type { Access, AccessFunction, ConsoleAccessContext, ConsoleOperator } from './access/access.js';
export { CONSOLE_ACTIONS } from './api.js';
export type {
  ConsoleAction,
  ConsoleErrorBody,
  ConsoleErrorCode,
  ConsolePanel,
  ConsoleReads,
  ConsoleStream,
  ConsoleWrites,
  ExportLink,
  Json,
  Me,
  Revealed,
  RevealWanted,
} from './api.js';
export { EmayImsConsoleModule } from './emay-ims-console.module.js';
export type {
  EmayImsConsoleAsyncOptions,
  EmayImsConsoleOptions,
  EmayImsConsolePlace,
  EmayImsConsoleSettings,
} from './options/console-options.js';
