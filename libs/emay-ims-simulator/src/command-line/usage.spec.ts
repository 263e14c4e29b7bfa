import { expect, it } from '@jest/globals';
import { settingsOf } from '../circumstances/account-settings.js';
import { resolveOptions } from '../options.js';
import { parseArguments } from './parse-arguments.js';
import { USAGE } from './usage.js';

function optionsOf(flags: readonly string[]): object {
  const command = parseArguments(flags);
  if (command.print) throw new Error(`prints ${command.print}`);
  const { accounts, ...options } = resolveOptions(command.options);
  return { ...options, accounts: accounts.map((account) => ({ ...account, ...settingsOf(account) })) };
}

it('tells the defaults: whoever writes one changes nothing', () => {
  const told = USAGE.split(/^ {2}(?=--)/m).flatMap((flag) => {
    const [, name, value] = /^(--[a-z-]+) [^]*\(default ([^),]+)/.exec(flag) ?? [];
    return name === undefined ? [] : [[name, value!]];
  });
  expect(told).toHaveLength(17);
  expect(optionsOf(told.flat())).toEqual(optionsOf([]));
});
