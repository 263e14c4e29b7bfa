/** Where the console is; its own access decides who may in, not the keys of the API. */
export const CONSOLE_PATH = '/console';

export function isOfConsole({ path }: { path: string }): boolean {
  return path === CONSOLE_PATH || path.startsWith(`${CONSOLE_PATH}/`);
}
