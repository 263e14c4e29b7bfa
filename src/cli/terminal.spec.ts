import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { outliveWriting, Terminal } from './terminal.js';

describe('what a terminal is told', () => {
  const TEXT = 'Hi\u001B]0;owned\u0007\u202Etxt\u2066\u061C\u0085\r\nREJECTED 王é👍';
  const SHOWN = String.raw`Hi\u001b]0;owned\u0007\u202etxt\u2066\u061c\u0085\u000d`;

  afterEach(() => {
    jest.restoreAllMocks();
  });
  const writtenTo = (name: 'stdout' | 'stderr') => {
    const written: string[] = [];
    jest.spyOn(process[name], 'write').mockImplementation((text) => written.push(String(text)) > 0);
    return () => written.join('');
  };

  it('holds nothing that it obeys, in a line of the answer', () => {
    const written = writtenTo('stdout');
    new Terminal(false).answer({}, ['TEXT', TEXT]);
    expect(written()).toBe(`TEXT\n${SHOWN}\\u000aREJECTED 王é👍\n`);
  });

  it('keeps the lines of what is no answer', () => {
    const written = writtenTo('stderr');
    new Terminal(false).note(TEXT);
    new Terminal(false).failure({ code: 'WRONG_USAGE', message: TEXT, retryable: false });
    expect(written()).toBe(`${SHOWN}\nREJECTED 王é👍\nWRONG_USAGE: ${SHOWN}\nREJECTED 王é👍\n`);
  });

  it('says that it comes from a sandbox: of an answer and of a failure', () => {
    const written = writtenTo('stdout');
    writtenTo('stderr');
    const [json, text] = [new Terminal(true), new Terminal(false)];
    for (const terminal of [json, text]) terminal.isSandbox = true;
    json.answer({ state: 'ACCEPTED' }, []);
    json.failure({ code: 'CODE', message: TEXT, retryable: false });
    text.answer({}, ['ACCEPTED']);
    const [answer = '', failure = '', ...lines] = written().split('\n');
    expect([JSON.parse(answer), JSON.parse(failure)]).toMatchObject([
      { sandbox: true, state: 'ACCEPTED' },
      { sandbox: true, error: { code: 'CODE' } },
    ]);
    expect(lines).toEqual([expect.stringMatching(/^SANDBOX: .*nothing is sent/), 'ACCEPTED', '']);
  });

  it('is the text itself in JSON', () => {
    const written = writtenTo('stdout');
    new Terminal(true).answer({ content: TEXT }, [TEXT]);
    expect(JSON.parse(written())).toEqual({ content: TEXT });
  });
});

describe('outliveWriting', () => {
  const failuresOf = (code: string) => {
    const failures: string[] = [];
    const stream = new Writable();
    outliveWriting(stream, (failure) => failures.push(failure));
    stream.emit('error', Object.assign(new Error('write'), { code }));
    return failures;
  };

  it.each(['EPIPE', 'EIO'])('takes no notice of %s', (code) => {
    expect(failuresOf(code)).toEqual([]);
  });

  it('tells any other error, and throws none', () => {
    expect(failuresOf('ENOSPC')).toEqual(['ENOSPC']);
  });
});
