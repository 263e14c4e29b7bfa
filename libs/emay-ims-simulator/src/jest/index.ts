export type { SimulatorMatchers } from './matcher-types.js';
export { type AcceptedMatch, type HandedOutMatch, type PushedMatch, simulatorMatchers } from './simulator-matchers.js';
