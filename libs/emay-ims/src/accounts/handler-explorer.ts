import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AccountRegistry } from './account-registry.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { EMAY_IMS_EVENT_TYPES, type EmayImsEvent, type EmayImsEventType } from '../events/emay-ims-event.js';
import { EventListeners } from '../events/event-listeners.js';
import { typesOf } from '../events/event-pattern.js';
import { metadataOf, type OnImsEventMetadata } from '../events/on-ims-event.js';

type Method = (this: object, event: EmayImsEvent) => unknown;

interface DecoratedMethod {
  label: string;
  metadata: OnImsEventMetadata;
  handle: (event: EmayImsEvent) => unknown;
}

/**
 * Finds the methods with `@OnImsEvent` in the host's providers and controllers.
 *
 * @throws EmayImsOptionsError for a decorator that cannot work: nobody is to find out by events that never come
 */
export class HandlerExplorer {
  private found: readonly DecoratedMethod[] | null = null;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** Has the methods that want events of the listeners' account called. */
  register(listeners: EventListeners): void {
    const accounts = this.accounts();
    const mayGrow = this.mayGrow();
    const names = new Set<string>();
    this.found ??= [...this.methods()];
    for (const { label, metadata, handle } of this.found) {
      const { options } = metadata;
      if (options.account !== undefined && !mayGrow && !accounts.includes(options.account)) {
        throw wrong(label, `there is no account "${options.account}": write one of ${accounts.join(', ')}`);
      }
      const types = typesIn(label, metadata);
      if (options.account !== undefined && options.account !== listeners.account) continue;
      if (options.durable === undefined) {
        listeners.add({ label, types, handle });
        continue;
      }
      const name = durableName(label, options.durable, types);
      if (names.has(name)) throw wrong(label, `the durable name "${name}" is taken: each handler needs its own`);
      names.add(name);
      listeners.addDurable({ label, types, handle, name });
    }
  }

  /** Where the methods are, and of which account they want events; `undefined`: of all. */
  get places(): { label: string; account: string | undefined }[] {
    this.found ??= [...this.methods()];
    return this.found.map(({ label, metadata }) => ({ label, account: metadata.options.account }));
  }

  /** Whether accounts may be added later, of which nobody knows the names. */
  private mayGrow(): boolean {
    return this.discovery
      .getProviders()
      .some(({ instance }) => instance instanceof AccountRegistry && instance.mayGrow);
  }

  /** Every account that this application imports. */
  private accounts(): string[] {
    return this.discovery
      .getProviders()
      .flatMap(({ instance }) => (instance instanceof EventListeners ? instance.account : []));
  }

  private *methods(): Generator<DecoratedMethod> {
    const seen = new Set<object>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const instance: unknown = wrapper.instance;
      if (typeof instance !== 'object' || instance === null || wrapper.isAlias || seen.has(instance)) continue;
      seen.add(instance);
      const prototype = Object.getPrototypeOf(instance) as Record<string, Method> | null;
      for (const key of this.scanner.getAllMethodNames(prototype)) {
        const method = prototype?.[key];
        if (!method) continue;
        for (const metadata of metadataOf(method)) {
          const label = `${instance.constructor.name}.${key}`;
          if (wrapper.isTransient || !wrapper.isDependencyTreeStatic()) {
            throw wrong(label, 'its provider is made anew for each request or injection; make it a singleton');
          }
          yield { label, metadata, handle: (event) => method.call(instance, event) };
        }
      }
    }
  }
}

function typesIn(label: string, { patterns }: OnImsEventMetadata): ReadonlySet<EmayImsEventType> {
  const choice = `write ${EMAY_IMS_EVENT_TYPES.join(', ')}, message.* or *`;
  if (patterns.length === 0) throw wrong(label, `it names no event: ${choice}`);
  // From a program without types, anything may stand there.
  for (const pattern of patterns as readonly unknown[]) {
    if (typesOf(pattern).length === 0) throw wrong(label, `there is no event "${String(pattern)}": ${choice}`);
  }
  return new Set(patterns.flatMap(typesOf));
}

function durableName(label: string, name: string, types: ReadonlySet<EmayImsEventType>): string {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) {
    throw wrong(label, 'durable must be a name of 1 to 64 letters, digits, dots, dashes or underscores');
  }
  const volatile = [...types].filter((type) => type.startsWith('account.'));
  if (volatile.length > 0) {
    throw wrong(
      label,
      `${volatile.join(' and ')} cannot be durable, as no transaction makes them true: leave durable out, or name other ` +
        'types, such as message.*',
    );
  }
  return name;
}

function wrong(label: string, problem: string): EmayImsOptionsError {
  return new EmayImsOptionsError(`EmayImsModule cannot start: @OnImsEvent at ${label}: ${problem}.`);
}
