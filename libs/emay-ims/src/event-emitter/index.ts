export { EmayImsEventEmitterModule } from './event-emitter.module.js';
