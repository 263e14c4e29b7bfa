import { setTimeout as pause } from 'node:timers/promises';
import { ConsoleLogger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MAGIC_NUMBERS, MAGIC_PREFIX, type InjectedFault } from 'emay-ims-simulator';
import {
  EmayImsTestbed,
  EmayImsTestbedModule,
  EmayImsTestingModule,
  InMemoryEmayImsService,
} from 'nestjs-emay-ims/testing';
import { eventually } from '../../support/eventually.js';
import type { Subject } from './subject.js';

const SENDS = ['sendSingleIMS', 'sendBatchIMS', 'sendPersonalityIMS'] as const;
/** Long enough for a test to look at what waits meanwhile. */
const BACKOFF_MS = 200;
const silence = new ConsoleLogger({ logLevels: [] });

/** The real module. The simulator never reports by itself, and nothing is pulled but by the test. */
export async function realModule(): Promise<Subject> {
  const host = await Test.createTestingModule({
    imports: [
      EmayImsTestbedModule.forRoot({
        simulator: { countries: { '*': { reportLoss: 1 } } },
        module: {
          dispatch: { intervalMs: 10, minBackoffMs: BACKOFF_MS, maxBackoffMs: BACKOFF_MS },
          reports: { enabled: false },
        },
      }),
    ],
  })
    .setLogger(silence)
    .compile();
  await host.init();
  const { ims, simulator } = host.get(EmayImsTestbed);
  let refusal: InjectedFault | undefined;
  return {
    ims,
    refuseNext: (code) => void simulator.inject({ kind: 'code', code, on: [...SENDS] }),
    refusedNumber: magicNumber,
    unreachable() {
      refusal = simulator.inject({ kind: 'refuse', forMs: Infinity });
    },
    reachable: () => refusal?.remove(),
    loseNextAnswer: () => void simulator.inject({ kind: 'reset-after', on: [...SENDS] }),
    async report(customImsId, state) {
      const message = simulator.accepted().find((accepted) => accepted.customImsId === customImsId);
      if (!message) throw new Error(`The gateway has not taken ${customImsId}.`);
      simulator.pushReport(message.appId, simulator.reportFor(message, state));
      await ims.pullReports();
    },
    background: async (customImsId, isDone) => {
      const message = await eventually(
        () => ims.findOne(customImsId),
        (found) => found !== null && isDone(found),
      );
      return message!;
    },
    pauseOver: () => pause(BACKOFF_MS + 20),
    close: () => host.close(),
  };
}

export async function standIn(): Promise<Subject> {
  const host = await Test.createTestingModule({ imports: [EmayImsTestingModule.forRoot()] })
    .setLogger(silence)
    .compile();
  const ims = host.get(InMemoryEmayImsService);
  return {
    ims,
    refuseNext: (code) => ims.nextRefused(code),
    refusedNumber(code) {
      const mobile = magicNumber(code);
      ims.nextRefused(code, { mobile, times: Infinity });
      return mobile;
    },
    unreachable: () => ims.nextUnsent('ECONNREFUSED', { times: Infinity }),
    reachable: () => ims.acceptEverything(),
    loseNextAnswer: () => ims.nextUnconfirmed('ECONNRESET'),
    report: async (customImsId, state) => void (await ims.report(customImsId, state)),
    async background(customImsId, isDone) {
      await ims.dispatch();
      const message = await ims.findOne(customImsId);
      if (!message || !isDone(message))
        throw new Error(`dispatch() left ${customImsId} ${message?.state ?? 'unknown'}.`);
      return message;
    },
    pauseOver: async () => {},
    close: () => host.close(),
  };
}

/** A number of Australia of which the simulator answers every request with the code. */
function magicNumber(code: string): string {
  for (const [digits, outcome] of MAGIC_NUMBERS) {
    if ('fault' in outcome && outcome.fault.kind === 'code' && outcome.fault.code === code) {
      return `+6142${MAGIC_PREFIX}${digits}`;
    }
  }
  throw new Error(`No magic number is answered ${code}.`);
}
