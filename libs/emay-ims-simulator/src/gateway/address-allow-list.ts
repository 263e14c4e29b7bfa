/** Whether an account may be used from an address. An empty list admits all (seen). */
export function isAddressAllowed(allowed: readonly string[] | undefined, address: string): boolean {
  if (!allowed || allowed.length === 0) return true;
  return allowed.some((entry) => (entry.endsWith('.*') ? address.startsWith(entry.slice(0, -1)) : address === entry));
}
