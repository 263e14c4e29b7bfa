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
