import type { CallName } from '../wire/call-name.js';
import type { AcceptedMatch, HandedOutMatch, PushedMatch } from './simulator-matchers.js';

/** The matchers as a test sees them. */
export interface SimulatorMatchers<R> {
  /** That a message was accepted, or exactly `times` such messages. */
  toHaveAccepted(match?: AcceptedMatch, times?: number): R;
  /** That exactly one such message was accepted. */
  toHaveAcceptedOnce(match?: AcceptedMatch): R;
  /** That no message was accepted at all. */
  toHaveAcceptedNothing(): R;
  /** That no message was accepted twice, by customImsId or else by number and text; with `count`, that so many were. */
  toHaveAcceptedEachOnce(count?: number): R;
  /** That such a report left the queue, or exactly `times` such reports. */
  toHaveHandedOut(match?: HandedOutMatch, times?: number): R;
  /** That such a report was pushed to its customer, or exactly `times` such reports; see `end`. */
  toHavePushed(match?: PushedMatch, times?: number): R;
  /** That no report waits, due or not, or is being pushed. */
  toHaveNoPendingReports(): R;
  /** That requests of a call came, answered or not, or exactly `times` of them. */
  toHaveReceivedRequests(call: CallName, times?: number): R;
}

/** `@jest/globals`. */
// @ts-ignore -- the build of this library has no jest in it; a test that imports jest has, and then this merges
declare module 'expect' {
  interface Matchers<R> extends SimulatorMatchers<R> {}
}

/** `@types/jest`, and vitest, which takes its matchers from here as well. */
declare global {
  namespace jest {
    interface Matchers<R, T = {}> extends SimulatorMatchers<R> {}
  }
}
