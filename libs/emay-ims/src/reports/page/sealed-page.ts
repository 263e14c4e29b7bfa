import { SEALED, unseal, unsealWhatIsWhole } from '../../protocol/index.js';
import type { StoredPage } from '../report-batch-store.js';

/**
 * A page with its cipher off. One that came encrypted with another key is kept as it came, and tried with the key of today; of one that is
 * cut or damaged, all that is whole counts. `null`: it is not of this key either.
 */
export function unsealed(page: StoredPage, secretKey: string): StoredPage | null {
  if (page.contentEncoding !== SEALED) return page;
  const content = unseal(page.body, secretKey);
  const body = content ?? unsealWhatIsWhole(page.body, secretKey);
  if (content === null && body.length === 0) return null;
  // The gateway gives a body only with SUCCESS; its header is not stored with a page.
  return { ...page, body, contentEncoding: null, headerCode: page.headerCode ?? 'SUCCESS' };
}
