import { BlockList, isIP } from 'node:net';

const TRUE = new Set(['true', '1', 'yes', 'on']);
const FALSE = new Set(['false', '0', 'no', 'off']);
const QUOTED = /^(["'])(.*)\1$/s;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * A variable as it was meant: without the white space around it, and without the quotes that `docker --env-file` and YAML
 * leave there. `undefined`: it is not set, or empty.
 */
export function valueOf(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  const value = (QUOTED.exec(trimmed)?.[2] ?? trimmed).trim();
  return value === '' ? undefined : value;
}

/** For `@Transform`: `true`, `1`, `yes`, `on` and their opposites. Anything else is left for the check to refuse. */
export function readSwitch({ value }: { value: unknown }): unknown {
  const text = String(value).toLowerCase();
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : value;
}

/** For `@Transform`. */
export function readNumber({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? Number(value) : value;
}

/** For `@Transform`: an IPv6 address may stand in the brackets of a URL. */
export function readHost({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? value.replace(/^\[(.*)\]$/, '$1') : value;
}

/** Whether only this machine can connect to it. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return /^(.+\.)?localhost\.?$/i.test(host);
  return LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
