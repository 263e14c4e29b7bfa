import leven from 'leven';
import { valueOf } from './variable-values.js';

/** Shorter ones, `PORT` and `HOST`, are like too many words. */
const SHORTEST_COMPARED = 8;
const FEW_LETTERS = 2;
/** Of the letters of a name that begins as ours do: EMAY_BASE_URL lacks three of EMAY_IMS_BASE_URL. */
const SHARE_OF_LETTERS = 0.3;

const BRAND = 'EMAY';
/** All names that begin so are ours. */
const NAMESPACE = 'EMAYIMS';
const WITHOUT_BRAND = 'IMS';

/** What Kubernetes and Docker tell of a service by the name `emay-ims`. */
const SERVICE_LINK_NAMES = [
  /_SERVICE_HOST$/,
  /_SERVICE_PORT(_[A-Z0-9_]+)?$/,
  /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/,
  /_ENV_[A-Za-z0-9_]+$/,
];

/**
 * A sentence for each variable that looks like one of ours and is none: what was meant by it would silently not be there.
 *
 * @param known all names
 * @param needed those without which nothing is really sent. `null`: they are there, or the sandbox was asked for, so only a near
 *   miss is one
 */
export function misspeltVariables(
  variables: NodeJS.ProcessEnv,
  known: readonly string[],
  needed: readonly string[] | null,
): string[] {
  const isSet = (name: string) => valueOf(variables[name]) !== undefined;
  return Object.keys(variables)
    .filter((name) => isSet(name) && !known.includes(name) && !isServiceLink(name, variables[name] as string))
    .flatMap((name) => {
      const { meant, distance } = nearest(name, known);
      const letters = lettersOf(name);
      // Windows does not tell small letters from capitals, so it is read after all.
      if (distance === 0 && variables[meant] === variables[name]) return [];
      if (distance === 0 || (isNear(letters, meant, distance) && !isSet(meant))) {
        return [`${name} is not read: write ${meant}, or unset it`];
      }
      if (letters.startsWith(NAMESPACE)) {
        return [`${name} is no variable of this service: correct its name, or unset it (perhaps ${meant} is meant)`];
      }
      if (needed && isMeantFor(letters, needed)) {
        return [`${name} is not read: write ${needed.join(', ')}, or set EMAY_IMS_SANDBOX=true to send nothing`];
      }
      return [];
    });
}

function isServiceLink(name: string, value: string): boolean {
  if (SERVICE_LINK_NAMES.some((pattern) => pattern.test(name))) return true;
  return (
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value)) || (name.endsWith('_NAME') && value.startsWith('/'))
  );
}

function nearest(name: string, known: readonly string[]): { meant: string; distance: number } {
  const letters = lettersOf(name);
  const candidates = known.filter((each) => each.length >= SHORTEST_COMPARED);
  return candidates
    .map((meant) => ({ meant, distance: leven(letters, lettersOf(meant)) }))
    .reduce((best, each) => (each.distance < best.distance ? each : best));
}

function isNear(letters: string, meant: string, distance: number): boolean {
  const share = letters.startsWith(BRAND) ? Math.floor(lettersOf(meant).length * SHARE_OF_LETTERS) : 0;
  return distance <= Math.max(FEW_LETTERS, share);
}

/** Whether it tells where messages are to go, though not to us: nobody sets such a name for a sandbox. */
function isMeantFor(letters: string, needed: readonly string[]): boolean {
  if (letters.startsWith(BRAND)) return true;
  if (!letters.startsWith(WITHOUT_BRAND)) return false;
  return needed.some((name) => leven(BRAND + letters, lettersOf(name)) <= FEW_LETTERS);
}

/** Case, underscores, hyphens and dots are where names differ first. */
function lettersOf(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
