import type { PageFiles } from './page-files.js';

/**
 * The page without anything in it: no data, no name, nothing of the request but how deep it is. Every address is relative, as neither the
 * global prefix nor what a proxy makes of it is known here; `data-root` leads the page's own requests.
 */
export function shellHtml({ script, preloads, styles, icon, build }: PageFiles, root: string): string {
  const asset = (name: string) => `${root}assets/${name}`;
  return [
    '<!doctype html>',
    `<html lang="en" data-root="${root}" data-build="${build}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>SMS</title>',
    ...(icon === null ? [] : [`<link rel="icon" href="${asset(icon)}">`]),
    ...styles.map((name) => `<link rel="stylesheet" href="${asset(name)}">`),
    ...preloads.map((name) => `<link rel="modulepreload" href="${asset(name)}">`),
    ...(script === null ? [] : [`<script type="module" src="${asset(script)}"></script>`]),
    '</head>',
    '<body>',
    '<div id="app"></div>',
    '<noscript>The console needs JavaScript. 操作台需要 JavaScript。</noscript>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** The console's root as seen from a page, e.g. `../` from `messages/:id`; `segments`: of the page's route. */
export function rootFrom(path: string, segments: number): string {
  const depth = path.endsWith('/') ? segments : segments - 1;
  return depth === 0 ? './' : '../'.repeat(depth);
}

/** From the root to the first page. Relative, so that a prefix stays; from `/sms` without a slash behind, by its own last segment. */
export function firstPage(path: string, publicPath: string | undefined): string {
  if (publicPath !== undefined) return `${publicPath}/overview`;
  if (path.endsWith('/')) return './overview';
  return `./${path.slice(path.lastIndexOf('/') + 1)}/overview`;
}
