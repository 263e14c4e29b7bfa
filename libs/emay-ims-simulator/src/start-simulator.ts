import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { controlListener } from './control/control-listener.js';
import { FaultPlan } from './faults/fault-plan.js';
import { Gateway } from './gateway/gateway.js';
import { seededRandom } from './gateway/random.js';
import { FrontDoor } from './http/front-door.js';
import { gatewayListener } from './http/gateway-listener.js';
import { resolveOptions, type SimulatorOptions } from './options.js';
import { EventLog } from './oracle/event-log.js';
import { Journal } from './oracle/journal.js';
import { Pushing } from './pushing/pushing.js';
import { type Rooms, RunningSimulator, type Simulator } from './simulator.js';

/**
 * Starts a gateway in this process.
 * Throws a `RangeError` for a wrong option, and what `listen` or opening the log file throws.
 */
export async function startSimulator(options?: SimulatorOptions): Promise<Simulator> {
  const resolved = resolveOptions(options);
  // Keeps ids apart when several runs append to one log, also such as started in the same millisecond.
  const run = `${resolved.now().toString(36)}-${randomBytes(4).toString('hex')}`;
  const log = resolved.logFile === undefined ? undefined : new EventLog(resolved.logFile, resolved.now);
  const journal = new Journal(resolved.historyLimit, log, resolved.onRequest);
  const gateway = new Gateway(resolved, journal);
  const server = createServer();
  const door = new FrontDoor(server, resolved.host);
  const faults = new FaultPlan(() => ({ now: resolved.now, newRandom: randomSequences(resolved.seed), door }));
  const pushing = new Pushing(run, { gateway, journal, faults, now: resolved.now });
  const rooms: Rooms = { resolved, journal, gateway, faults, door, pushing };
  try {
    const port = await door.listen(resolved.port);
    const simulator = new RunningSimulator(port, rooms, async () => {
      const stopped = door.stop();
      // A shut port must not open again.
      faults.clear();
      await pushing.stop();
      await stopped.finally(() => log?.close());
    });
    const { control, now, scenario, seed } = resolved;
    const controlled = control ? controlListener({ simulator, journal, gateway, seed, now }) : undefined;
    // No connection can have come yet: the event loop has not turned since the port was opened.
    server.on('request', gatewayListener({ run, gateway, journal, faults, pushing, now, control: controlled }));
    if (scenario) faults.play(scenario);
    pushing.watch();
    return simulator;
  } catch (error) {
    log?.close();
    throw error;
  }
}

/** Each call begins another sequence, the same ones in the same order for the same seed. */
function randomSequences(seed: number): () => () => number {
  const seeds = seededRandom(seed);
  return () => seededRandom(Math.floor(seeds() * 2 ** 32));
}
