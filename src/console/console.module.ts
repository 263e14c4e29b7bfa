import { UnauthorizedException, type DynamicModule } from '@nestjs/common';
import { CONSOLE_ACTIONS, EmayImsConsoleModule, type Access, type AccessFunction } from 'nestjs-emay-ims-console';
import { isSandbox, type Environment } from '../config/environment.js';
import { CONSOLE_PATH } from './console-path.js';
import { Public } from '../http/api-key.guard.js';
import { OperatorKeys } from './operator-keys.js';

/** The operator's console: in a sandbox open to this machine, otherwise to who shows an operator's key. */
export function consoleModule(environment: Environment): DynamicModule {
  const access = accessBy(environment);
  return EmayImsConsoleModule.forRoot({
    path: CONSOLE_PATH,
    ...(access && { access }),
    // Of the API's keys; it has its own.
    decorators: [Public()],
    isSandbox: isSandbox(environment),
  });
}

/** `undefined`: the console's own default, this machine alone, and never in production. */
function accessBy(environment: Environment): AccessFunction | undefined {
  const { CONSOLE_KEY_HASHES: hashes } = environment;
  if (hashes === undefined) return isSandbox(environment) ? undefined : () => 'deny';
  const keys = new OperatorKeys(hashes);
  return ({ headers }): Access => {
    const actor = keys.operatorOf(headers.authorization);
    if (actor === null) throw new UnauthorizedException();
    return { actor, actions: CONSOLE_ACTIONS, numbers: 'full', texts: 'full' };
  };
}
