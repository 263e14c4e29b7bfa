import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { outliveReader } from './terminal.js';

describe('outliveReader', () => {
  const failing = (code: string) => {
    const stream = new Writable();
    outliveReader(stream);
    return () => stream.emit('error', Object.assign(new Error('write'), { code }));
  };

  it.each(['EPIPE', 'EIO'])('takes no notice of %s', (code) => {
    expect(failing(code)).not.toThrow();
  });

  it('hides no other error', () => {
    expect(failing('ENOSPC')).toThrow('write');
  });
});
