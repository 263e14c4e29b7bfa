export { EmayImsHealthIndicator } from './emay-ims-health.indicator.js';
export { EmayImsHealthModule } from './emay-ims-health.module.js';
export type { EmayImsHealthFacts, EmayImsHealthOptions, EmayImsHealthProblem } from './health-verdict.js';
