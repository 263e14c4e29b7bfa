import { readCommandLine, USAGE, type Settings } from './command-line.js';
import { GOALS } from './goals/index.js';
import type { Bench, Outcome } from './goals/goal.js';
import { asJson, table } from './report.js';
import { comparisonTable, compareTrees } from './compare-trees.js';
import { versionOf, type DatabaseKind } from './support/databases.js';
import { machineLine } from './support/machine.js';
import { endProcesses } from './support/processes.js';
import { findRedis } from './support/services.js';

/** Measures the goals asked for. Exit code 1 where something broke or a result was wrong, never for being slow. */
async function main(settings: Settings): Promise<void> {
  const goals = GOALS.filter(({ key }) => settings.only.length === 0 || settings.only.includes(key));
  const unknown = settings.only.filter((key) => !GOALS.some((goal) => goal.key === key));
  if (unknown.length > 0)
    throw new RangeError(`--only ${unknown.join(',')}: write ${GOALS.map(({ key }) => key).join(', ')}`);

  const skipped: string[] = [];
  const versions = new Map<DatabaseKind, string>();
  for (const kind of settings.databases) {
    const version = await versionOf(kind);
    if (version === null) skipped.push(`everything on ${kind}: its server does not answer`);
    else versions.set(kind, version);
  }
  const bench: Bench = {
    isQuick: settings.isQuick,
    isLarge: settings.isLarge,
    rounds: settings.rounds,
    databases: [...versions.keys()],
    redisUrl: await findRedis(),
    profileFolder: settings.profileFolder,
    say: (line) => console.error(`${new Date().toISOString().slice(11, 19)}  ${line}`),
    skip: (what) => void skipped.push(what),
  };

  if (settings.against !== null) {
    const compared = await compareTrees(bench, goals, settings.against);
    console.log(`\n${machineLine([...versions.values()])}`);
    console.log(`${bench.rounds} rounds, median (min–max); there: ${settings.against}\n`);
    console.log(comparisonTable(compared));
    for (const what of skipped) console.log(`SKIPPED ${what}`);
    if (settings.isJson) console.log(JSON.stringify(compared));
    return;
  }

  const outcomes: Outcome[] = [];
  const failures: string[] = [];
  for (const { key, title, measure } of goals) {
    if (process.exitCode === 130) break;
    bench.say(`${key}: ${title}`);
    try {
      outcomes.push(...(await measure(bench)));
    } catch (error) {
      failures.push(`${key}: ${error instanceof Error ? error.message : String(error)}`);
      bench.say(`FAILED ${failures.at(-1)}`);
    }
  }

  console.log(`\n${machineLine([...versions.values()])}`);
  console.log(
    `${bench.rounds} rounds, median (min–max)${bench.isQuick ? ', QUICK: too short to mean anything' : ''}\n`,
  );
  console.log(table(outcomes));
  console.log(
    '\nCPU: microseconds for each message, of the process + of its server. open: met, but not in every round',
  );
  console.log(`\n${outcomes.map(({ key, what }) => `${key}: ${what}`).join('\n')}`);
  for (const what of skipped) console.log(`SKIPPED ${what}`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
  if (failures.length > 0) process.exitCode ??= 1;
  if (settings.isJson) console.log(JSON.stringify(asJson(outcomes)));
}

// Its contender gone, the goal under way fails and drops its databases; the rest is left out.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    process.exitCode = 130;
    endProcesses();
  });
}

try {
  const settings = readCommandLine(process.argv.slice(2));
  if (settings.isHelp) console.log(USAGE);
  else await main(settings);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
