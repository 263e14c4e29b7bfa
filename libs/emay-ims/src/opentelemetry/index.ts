export { EmayImsTracingModule } from './emay-ims-tracing.module.js';
