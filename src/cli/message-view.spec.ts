import { describe, expect, it } from '@jest/globals';
import type { ImsMessage } from 'nestjs-emay-ims';
import { shown } from './message-view.js';

describe('what a command shows of a message', () => {
  const stored = (code: string | null) =>
    ({ customImsId: 'one', mobile: '+61422118777', content: 'secret', code }) as ImsMessage;

  it('holds neither its number nor its text, whatever the gateway wrote as a code', () => {
    for (const code of ['0061422118777', 'secret']) {
      expect(shown(stored(code))).toMatchObject({ mobile: '+614******77', code: 'UNLISTED' });
      expect(shown(stored(code))).not.toHaveProperty('content');
    }
    expect(shown(stored('ERROR_NEW'))).toHaveProperty('code', 'ERROR_NEW');
    expect(shown(stored(null))).toHaveProperty('code', null);
  });

  it('is as it is stored, where it is to be revealed', () => {
    const revealed = { mobile: '+61422118777', content: 'secret', code: '0061422118777' };
    expect(shown(stored('0061422118777'), true)).toMatchObject(revealed);
  });
});
