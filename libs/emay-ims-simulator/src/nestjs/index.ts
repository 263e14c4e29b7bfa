export { EmayImsSimulatorModule, type EmayImsSimulatorModuleOptions } from './emay-ims-simulator.module.js';
export { EMAY_IMS_SIMULATOR, InjectSimulator } from './inject-simulator.js';
