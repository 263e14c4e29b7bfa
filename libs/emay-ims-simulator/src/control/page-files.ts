import { readFile } from 'node:fs/promises';
import { ControlError } from './control-error.js';

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** The files of the page, all there are: what is asked for is looked up here and never becomes a path. */
export const PAGE_FILES = [
  'accounts-panel.js',
  'control-calls.js',
  'elements.js',
  'fault-form.js',
  'fault-panel.js',
  'fault-switch.js',
  'fault-words-zh.js',
  'faults.css',
  'first-message.js',
  'format.js',
  'frame.css',
  'index.html',
  'keyed-rows.js',
  'lists.css',
  'messages-panel.js',
  'narrow.css',
  'overview-panel.js',
  'page.css',
  'page.js',
  'poller.js',
  'queue-panel.js',
  'requests-panel.js',
  'scenario-panel.js',
  'words-en.js',
  'words-zh.js',
  'words.js',
] as const;

const fileByPath = new Map<string, string>([
  ['/', 'index.html'],
  ...PAGE_FILES.map((file): [string, string] => [`/_simulator/page/${file}`, file]),
]);

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** The file of the page at a path, `undefined` where there is none. */
export async function readPageFile(path: string, folder?: URL): Promise<PageFile | undefined> {
  const file = fileByPath.get(path);
  if (file === undefined) return undefined;
  const type = TYPES[file.slice(file.lastIndexOf('.') + 1) as keyof typeof TYPES];
  try {
    // Above `src/control`, `dist/control` and `commonjs/control` alike. A bundler may have put nothing in the place of `import.meta.url`.
    return { type, content: await readFile(new URL(file, folder ?? new URL('../../page/', import.meta.url))) };
  } catch {
    throw new ControlError(404, `The page's file ${file} is missing here: bundle the folder page of this package too.`);
  }
}
