export type { ReportedState } from './delivery-report.js';
export { EmayImsTestingModule, type EmayImsTestingModuleOptions } from './emay-ims-testing.module.js';
export { InMemoryEmayImsService, type InMemoryEmayImsOptions, type OutcomeFor } from './in-memory-emay-ims.service.js';
export { EmayImsTestbedModule, type EmayImsTestbedModuleOptions } from './testbed/emay-ims-testbed.module.js';
export {
  EmayImsTestbed,
  getEmayImsTestbedToken,
  InjectEmayImsTestbed,
  type AwaitedWithin,
} from './testbed/emay-ims-testbed.js';
