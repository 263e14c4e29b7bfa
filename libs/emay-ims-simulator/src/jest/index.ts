export type { SimulatorMatchers } from './matcher-types.js';
export { type AcceptedMatch, type HandedOutMatch, simulatorMatchers } from './simulator-matchers.js';
