export { EmayImsMetricsModule } from './emay-ims-metrics.module.js';
export type { EmayImsMetricsOptions } from './metrics-options.js';
