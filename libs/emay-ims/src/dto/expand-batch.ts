import { EmayImsValidationError } from '../errors/emay-ims-errors.js';
import type { ImsRecipientDto, SendImsBatchDto } from './send-ims-batch.dto.js';
import type { SendImsDto } from './send-ims.dto.js';

/**
 * The recipients of one text as the messages they become. Of a recipient, which may be a row of the host's with fields of the same names, number
 * and id alone are taken.
 *
 * @throws EmayImsValidationError where there are none
 */
export function expandBatch(batch: SendImsBatchDto): SendImsDto[] {
  const { recipients, ...shared } = batch ?? ({} as SendImsBatchDto);
  return listOf(recipients, 'recipients').map((recipient) => {
    // What is no recipient at all, the check of the message says.
    const { mobile, customImsId } = Object(recipient) as ImsRecipientDto;
    return { ...shared, mobile, customImsId };
  });
}

/** @throws EmayImsValidationError for an empty list, or none */
export function listOf<Item>(items: Item[] | undefined, property: string): Item[] {
  if (Array.isArray(items) && items.length > 0) return items;
  throw new EmayImsValidationError([{ index: -1, property, message: 'must be a list with at least one entry' }]);
}
