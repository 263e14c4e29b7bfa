const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/**
 * A code or a state as it may be printed: what is not spelled like one, the gateway may have made of anything, a number or
 * a text too, and is called `UNLISTED`.
 */
export function printableCode(code: string): string {
  return CODE.test(code) ? code : 'UNLISTED';
}
