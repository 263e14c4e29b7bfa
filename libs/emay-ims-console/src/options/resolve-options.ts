import { EmayImsOptionsError } from 'nestjs-emay-ims';
import type { AccessFunction } from '../access/access.js';
import type { ConsolePanel } from '../api.js';
import type { EmayImsConsoleSettings } from './console-options.js';

/** Complete and checked. */
export interface ResolvedConsoleSettings {
  readonly access: AccessFunction | undefined;
  readonly accounts: readonly string[] | 'all';
  readonly publicPath: string | undefined;
  readonly trustedOrigins: ReadonlySet<string>;
  readonly panels: readonly ConsolePanel[];
  readonly language: 'en' | 'zh' | null;
  readonly isSandbox: boolean;
}

const SEGMENT = /^[\w.~-]+$/;
const NAMES = ['access', 'accounts', 'publicPath', 'trustedOrigins', 'panels', 'language', 'isSandbox'];
const OF_THE_PLACE = ['path', 'guards', 'decorators', 'imports'];

/** @throws EmayImsOptionsError saying what to write */
export function resolveSettings(settings: EmayImsConsoleSettings): ResolvedConsoleSettings {
  const odd = Object.keys(settings).find((name) => !NAMES.includes(name) && !OF_THE_PLACE.includes(name));
  if (odd !== undefined) throw wrong(odd, `is no option; there are ${[...OF_THE_PLACE, ...NAMES].join(', ')}`);
  const { access, accounts = ['default'], publicPath, trustedOrigins = [], panels = [] } = settings;
  const { language = null, isSandbox = false } = settings;
  if (access !== undefined && typeof access !== 'function') throw wrong('access', 'must be a function');
  if (accounts !== 'all' && !(isTextList(accounts) && accounts.length > 0)) {
    throw wrong('accounts', "must be a list of names, or 'all'");
  }
  if (!isTextList(trustedOrigins)) throw wrong('trustedOrigins', 'must be a list of origins');
  if (!Array.isArray(panels)) throw wrong('panels', 'must be a list');
  if (language !== null && language !== 'en' && language !== 'zh') throw wrong('language', "must be 'en' or 'zh'");
  if (typeof isSandbox !== 'boolean') throw wrong('isSandbox', 'must be true or false');
  return Object.freeze({
    access,
    accounts: accounts === 'all' ? accounts : [...new Set(accounts)],
    publicPath: publicPath === undefined ? undefined : readPath(publicPath, 'publicPath'),
    trustedOrigins: new Set(trustedOrigins.map(readOrigin)),
    panels: panels.map(readPanel),
    language,
    isSandbox,
  });
}

/** With one `/` in front and none behind; of the root, `''`. */
export function readPath(path: unknown, option = 'path'): string {
  const segments = typeof path === 'string' ? path.replace(/^\/|\/$/g, '').split('/') : [];
  const isRoot = segments.length === 1 && segments[0] === '';
  if (
    segments.length === 0 ||
    (!isRoot && !segments.every((segment) => SEGMENT.test(segment) && !/^\.+$/.test(segment)))
  ) {
    throw wrong(option, "must be a path such as '/sms'");
  }
  return isRoot ? '' : `/${segments.join('/')}`;
}

function readOrigin(origin: string): string {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin || !/^https?:/.test(origin)) {
    throw wrong('trustedOrigins', "must be origins such as 'https://ops.example.com', without a path");
  }
  return origin;
}

/** `//elsewhere` and `/\elsewhere` lead to another site. */
function readPanel(panel: ConsolePanel): ConsolePanel {
  const { id, title, titleZh, url } = panel;
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id))
    throw wrong('panels', 'need an `id` of letters, digits, - and _');
  if (!isText(title) || (titleZh !== undefined && !isText(titleZh))) throw wrong('panels', 'need a `title`');
  if (!isText(url) || !/^\/(?![/\\])[^\s\\\p{Cc}]*$/u.test(url)) {
    throw wrong('panels', "need a `url` of this origin, which begins with one '/', such as '/admin/keys'");
  }
  return { id, title, ...(titleZh !== undefined && { titleZh }), url };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function wrong(option: string, what: string): EmayImsOptionsError {
  return new EmayImsOptionsError(`EmayImsConsoleModule: \`${option}\` ${what}.`);
}
