import { SEALED, unsealPacked, unsealWhatIsWholePacked } from '../../protocol/index.js';
import type { StoredPage } from '../report-batch-store.js';

/**
 * A page with its cipher off. One that came encrypted with another key is kept as it came, and tried with the key of today; of one that is
 * cut or damaged, all that is whole counts. `null`: it is not of this key either.
 *
 * @param maxBytes as long as one may be that was packed outside of its cipher
 */
export function unsealed(page: StoredPage, secretKey: string, maxBytes: number): StoredPage | null {
  if (page.contentEncoding !== SEALED) return page;
  const content = unsealPacked(page.body, secretKey, maxBytes);
  const body = content ?? unsealWhatIsWholePacked(page.body, secretKey, maxBytes);
  if (content === null && body.length === 0) return null;
  // The gateway gives a body only with SUCCESS; its header is not stored with a page.
  return { ...page, body, contentEncoding: null, headerCode: page.headerCode ?? 'SUCCESS' };
}
