import { EmayImsValidationError } from '../errors/emay-ims-errors.js';
import type { SendImsBatchDto } from './send-ims-batch.dto.js';
import type { SendImsDto } from './send-ims.dto.js';

/** The recipients of one text as the messages they become. @throws EmayImsValidationError where there are none */
export function expandBatch(batch: SendImsBatchDto): SendImsDto[] {
  const { recipients, ...shared } = batch ?? ({} as SendImsBatchDto);
  return listOf(recipients, 'recipients').map((recipient) => ({ ...shared, ...recipient }));
}

/** @throws EmayImsValidationError for an empty list, or none */
export function listOf<Item>(items: Item[] | undefined, property: string): Item[] {
  if (Array.isArray(items) && items.length > 0) return items;
  throw new EmayImsValidationError([{ index: -1, property, message: 'must be a list with at least one entry' }]);
}
