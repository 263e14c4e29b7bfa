import { expect, it } from '@jest/globals';
import * as nestTypeorm from '@nestjs/typeorm';
import { getEmayImsRepositoryToken } from '../emay-ims.tokens.js';
import { ImsMessage } from '../messages/ims-message.entity.js';
import { getDataSourceToken } from './data-source-token.js';

it.each(['default', 'sms', 'DataSource', 'two words'])(
  'DataSource %j is asked for as TypeOrmModule names it',
  (name) => {
    expect(getDataSourceToken(name)).toBe(nestTypeorm.getDataSourceToken(name));
  },
);

it('the repository of the default account is the one of @InjectRepository(ImsMessage)', () => {
  expect(getEmayImsRepositoryToken()).toBe(nestTypeorm.getRepositoryToken(ImsMessage));
});
