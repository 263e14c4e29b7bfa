import { expect, it } from '@jest/globals';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { MessageTable } from './message-table.js';

const MESSAGE = { customImsId: 'one', mobile: '+61422118000', content: '', priority: 0, sendAt: null, expiresAt: null };

it('tells of a message that comes into another state, with all that has changed, and of nothing else', () => {
  const moved: ImsMessage[] = [];
  const table = new MessageTable('default', (message) => moved.push(message));
  table.insert(MESSAGE, { state: 'SUBMITTING', createdAt: new Date(0) });
  table.change('one', { imsId: '4711' });
  table.change('nobody', { state: 'ACCEPTED' });
  table.change('one', { state: 'ACCEPTED', code: 'SUCCESS' });
  table.change('one', { state: 'ACCEPTED', dueAt: null });
  expect(moved.map(({ state, code, imsId }) => ({ state, code, imsId }))).toEqual([
    { state: 'ACCEPTED', code: 'SUCCESS', imsId: '4711' },
  ]);
  moved[0]!.state = 'DELIVERED';
  expect(table.byIds(['one'])[0]).toMatchObject({ state: 'ACCEPTED' });
});
