import type { ComponentChildren } from 'preact';
import { Link } from './link.js';

interface TileProps {
  label: string;
  value: string;
  hint?: ComponentChildren;
  /** Something is wrong with it. */
  tone?: 'good' | 'warning' | 'error' | undefined;
  to?: readonly string[];
  query?: Readonly<Record<string, string | null>>;
}

/** One figure; where it leads somewhere, all of it is a link. */
export function Tile({ label, value, hint, tone, to, query }: TileProps) {
  const content = (
    <>
      <span class="tile-label">{label}</span>
      <span class="tile-value">{value}</span>
      <span class="tile-hint">{hint}</span>
    </>
  );
  const name = tone ? `tile tile-${tone}` : 'tile';
  if (!to) return <div class={name}>{content}</div>;
  return (
    <Link to={to} query={query} class={name}>
      {content}
    </Link>
  );
}
