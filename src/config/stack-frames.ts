/** The stack of an error without its message, which may quote numbers and texts. */
export function framesOf(error: unknown): string {
  const { stack } = Object(error) as { stack?: unknown };
  const lines = typeof stack === 'string' ? stack.split('\n') : [];
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
