type Encoding = 'br' | 'gzip' | 'identity';

/** The best that a browser takes (RFC 9110, §12.5.3). */
export function chooseEncoding(accepted: string | undefined, offered: readonly Encoding[]): Encoding {
  const qualities = new Map(
    (accepted ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return [name, quality === undefined ? 1 : Number(quality.slice(2))];
    }),
  );
  return offered.find((encoding) => (qualities.get(encoding) ?? qualities.get('*') ?? 0) > 0) ?? 'identity';
}
