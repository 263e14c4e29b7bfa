/** The end of a page, opaque to callers. */
export interface PageEnd {
  createdAt: Date;
  customImsId: string;
}

export function encodeCursor({ createdAt, customImsId }: PageEnd): string {
  return Buffer.from(`${createdAt.getTime()}.${customImsId}`).toString('base64url');
}

/** `null` for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): PageEnd | null {
  const match = /^(\d{1,15})\.([\x21-\x7e]{1,32})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!match) return null;
  const end = { createdAt: new Date(Number(match[1])), customImsId: match[2] as string };
  // Node reads base64 leniently: one page end must not have many spellings.
  return encodeCursor(end) === cursor ? end : null;
}
