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
