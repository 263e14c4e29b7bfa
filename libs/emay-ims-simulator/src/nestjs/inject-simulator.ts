import { Inject } from '@nestjs/common';

/** The running simulator, for `inject` lists and `moduleRef.get`. */
export const EMAY_IMS_SIMULATOR = Symbol('EMAY_IMS_SIMULATOR');

/** Injects the running `Simulator`. */
export const InjectSimulator = (): ParameterDecorator & PropertyDecorator => Inject(EMAY_IMS_SIMULATOR);
