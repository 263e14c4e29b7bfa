/** What a class offers to others, but for what a stand-in is never asked: a new member has to be thought of here. */
export type Surface<Class, Without extends keyof Class = never> = Omit<Class, Without>;

/** A stand-in in the place of the class whose surface it has; the compiler compares the two, members and types. */
export function standsFor<Class, Without extends keyof Class = never>(standIn: Surface<Class, Without>): Class {
  return standIn as unknown as Class;
}
