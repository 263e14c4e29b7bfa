import type { Command, Option } from 'commander';

/**
 * Refuses what shells make of a variable that is not set, or of a line that was edited twice, before a command does anything:
 *
 * - A value that looks like an option: `--text $TEXT --dry-run` without TEXT would send "--dry-run" to everybody.
 *   `--text=--dry-run` says that it is meant.
 * - An option that is there twice: only the last one would count.
 *
 * @param args the whole command line
 */
export function guardValues(command: Command, args: readonly string[]): void {
  for (const option of command.options.filter(({ required }) => required)) {
    let isGiven = false;
    command.on(`option:${option.name()}`, (value: string) => {
      if (isGiven) command.error(`error: option '${option.flags}' is there twice: only one of them would count`);
      isGiven = true;
      if (looksLikeOption(value) && !isAttached(value, option, args)) {
        command.error(
          `error: option '${option.flags}' has no value: '${value}' looks like the next option. If it is the value, write ${option.long}=${value}`,
        );
      }
    });
  }
}

function looksLikeOption(value: string): boolean {
  return /^(--[a-z]|-[Ch]$)/i.test(value);
}

function isAttached(value: string, { long }: Option, args: readonly string[]): boolean {
  return args.includes(`${long}=${value}`);
}
