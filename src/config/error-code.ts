/**
 * The code of an error, such as `ECONNREFUSED` or `28P01`, or else its name: a message may quote numbers, texts and
 * addresses.
 */
export function errorCode(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return typeof name === 'string' ? name : 'UNKNOWN';
}
