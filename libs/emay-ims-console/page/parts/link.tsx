import type { ComponentChildren } from 'preact';
import { addressFor, goTo } from '../api/router.js';

interface LinkProps {
  to: readonly string[];
  query?: Readonly<Record<string, string | null | undefined>>;
  class?: string;
  title?: string;
  isCurrent?: boolean;
  children: ComponentChildren;
}

/** A link within the console: a real address, so that it opens in another tab as well. */
export function Link({ to, query, isCurrent, children, ...others }: LinkProps) {
  const address = addressFor(to, query);
  const follow = (event: MouseEvent) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    goTo(address);
    window.scrollTo(0, 0);
  };
  return (
    <a href={address} onClick={follow} aria-current={isCurrent ? 'page' : undefined} {...others}>
      {children}
    </a>
  );
}
