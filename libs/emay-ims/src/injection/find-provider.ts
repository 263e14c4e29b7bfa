import type { InjectionToken } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

/** A provider of the application, wherever it is; `null` where there is none. */
export function findProvider<Provided>(moduleRef: ModuleRef, token: InjectionToken<Provided>): Provided | null {
  try {
    return moduleRef.get<Provided>(token as Parameters<ModuleRef['get']>[0], { strict: false });
  } catch (error) {
    // Nest does not export the class.
    if ((error as Error).constructor.name === 'UnknownElementException') return null;
    throw error;
  }
}
