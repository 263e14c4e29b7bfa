import { expect, it } from '@jest/globals';
import { expandBatch } from './expand-batch.js';
import type { ImsRecipientDto } from './send-ims-batch.dto.js';

it('takes number and id of a recipient, and nothing else of a row that has fields of the same names', () => {
  const contact = {
    id: 7,
    mobile: '+61422118000',
    content: 'Owes us money',
    priority: 1,
    expiresAt: null,
    sendAt: null,
  };
  const shared = { content: 'Your code is 4711', priority: 9, expiresAt: new Date(60_000) };
  expect(expandBatch({ ...shared, recipients: [contact, { mobile: '+61422118001', customImsId: 'one' }] })).toEqual([
    { ...shared, mobile: '+61422118000', customImsId: undefined },
    { ...shared, mobile: '+61422118001', customImsId: 'one' },
  ]);
});

it.each([[null], [undefined], ['+61422118000'], [7]])('leaves %j to the check of the message', (recipient) => {
  const recipients = [recipient as unknown as ImsRecipientDto];
  expect(expandBatch({ content: 'Hello', recipients })).toEqual([{ content: 'Hello' }]);
});
