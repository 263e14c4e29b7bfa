/** Where the console is mounted, with a slash at the end. The server writes the way there into the shell, by the depth of the route. */
export const base: string = (() => {
  const way = document.querySelector<HTMLMetaElement>('meta[name="emay-ims-console-base"]')?.content || './';
  const { origin, pathname } = new URL(way, document.location.href);
  return origin + (pathname.endsWith('/') ? pathname : `${pathname}/`);
})();
