/** Addresses of the page; each is served the same shell. */
export const PAGE_ROUTES = [
  'overview',
  'messages',
  'messages/:id',
  'doubts',
  'reports',
  'countries',
  'countries/:iso',
  'events',
  'account',
  'audit',
] as const;
