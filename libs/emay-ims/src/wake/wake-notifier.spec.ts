import { expect, it } from '@jest/globals';
import { WakeNotifier } from './wake-notifier.js';

/** Sends when the test says so. */
function heldBack() {
  const sent: string[][] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const lines: string[] = [];
  const notifier = new WakeNotifier(
    (accounts) => {
      sent.push([...accounts]);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    { warn: (line) => void lines.push(line) },
    'default',
  );
  const next = async () => {
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return waiting.shift()!;
  };
  return { notifier, sent, next, lines };
}

it('sends the first at once, and those that come meanwhile together', async () => {
  const { notifier, sent, next } = heldBack();
  notifier.notify('a');
  expect(sent).toEqual([['a']]);
  for (const account of ['b', 'a', 'b', 'c']) notifier.notify(account);
  expect(sent).toHaveLength(1);
  (await next()).resolve();
  (await next()).resolve();
  expect(sent).toEqual([['a'], ['b', 'a', 'c']]);
  await notifier.close();
  expect(sent).toHaveLength(2);
});

it('sends what is left at its end, and nothing after it', async () => {
  const { notifier, sent, next } = heldBack();
  notifier.notify('a');
  notifier.notify('b');
  const closed = notifier.close();
  notifier.notify('c');
  (await next()).resolve();
  (await next()).resolve();
  await closed;
  expect(sent).toEqual([['a'], ['b']]);
});

it('logs the first of several failures, and goes on', async () => {
  const { notifier, next, lines } = heldBack();
  for (const account of ['a', 'b', 'c']) {
    notifier.notify(account);
    (await next()).reject(new Error('with data in it'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('data');
  notifier.notify('d');
  (await next()).resolve();
  notifier.notify('e');
  (await next()).reject(new Error('again'));
  await notifier.close();
  expect(lines).toHaveLength(2);
});
