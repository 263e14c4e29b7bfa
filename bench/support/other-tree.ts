/**
 * Has a process take the packages of another commit: the module under test and, as there may be one copy of each only, all
 * that it depends on. The benchmark's own scripts stay those of this commit.
 */

/** Arguments of Node for such a process; none without a tree. */
export function fromTree(tree: string | null): string[] {
  if (tree === null) return [];
  const preload = new URL('./take-other-tree.js', import.meta.url);
  preload.searchParams.set('tree', tree);
  return ['--import', preload.href];
}
