export { EmayImsPushModule } from './emay-ims-push.module.js';
export type { EmayImsPlainPushOptions, EmayImsPushAsyncOptions, EmayImsPushOptions } from './push-options.js';
