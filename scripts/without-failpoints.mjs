/**
 * Takes the failpoints out of a source of the library. Empty lines take their place, so that all others keep their numbers.
 *
 * - Only where what stands before has ended: as the body of an `if` without braces, the next statement would take its place.
 *   What is not taken out is found by whoever looks for the word.
 */
export function withoutFailpoints(source) {
  return source
    .replaceAll(/^import \{[^}]*\} from '[./]+\/failpoints\/failpoint\.js';$/gm, '')
    .replaceAll(/(?<=[{};]\n) *(?:await failpoint|warnOfFailpoints)\([^()]*\);$/gm, '')
    .replaceAll(/^ *\.then\(\(\) => failpoint\('[a-z-]+'\)\)$/gm, '');
}
