import { describe, expect, it } from '@jest/globals';
import { EmayImsOptionsError } from 'nestjs-emay-ims';
import type { EmayImsConsoleSettings } from './console-options.js';
import { readPath, resolveSettings } from './resolve-options.js';

describe('options of the console', () => {
  it.each([
    { access: 'read-only' },
    { accounts: [] },
    { accounts: 'default' },
    { acces: () => 'deny' },
    { trustedOrigins: ['ops.example.com'] },
    { trustedOrigins: ['https://ops.example.com/'] },
    { trustedOrigins: ['*'] },
    { panels: [{ id: 'x', title: 'X', url: 'https://evil.example' }] },
    { panels: [{ id: 'x', title: 'X', url: '//evil.example' }] },
    { panels: [{ id: 'x', title: 'X', url: '/\\evil.example' }] },
    { panels: [{ id: 'x', title: 'X', url: 'javascript:alert(1)' }] },
    { panels: [{ id: 'x', title: '', url: '/x' }] },
    { language: 'de' },
    { isSandbox: 'yes' },
    { publicPath: 'https://ops.example.com/sms' },
    { publicPath: '//evil.example' },
  ] as unknown as EmayImsConsoleSettings[])('refuses %j', (settings) => {
    expect(() => resolveSettings(settings)).toThrow(EmayImsOptionsError);
  });

  it('knows what is not given', () => {
    expect(resolveSettings({})).toMatchObject({ accounts: ['default'], panels: [], language: null, isSandbox: false });
  });

  it.each([
    ['/sms', '/sms'],
    ['sms/', '/sms'],
    ['ops/sms', '/ops/sms'],
    ['/', ''],
    ['', ''],
  ])('reads the path %j as %j', (path, expected) => {
    expect(readPath(path)).toBe(expected);
  });

  it.each([':id', 'a//b', '*', '../x', 'a b', undefined])('refuses the path %j', (path) => {
    expect(() => readPath(path)).toThrow(EmayImsOptionsError);
  });
});
