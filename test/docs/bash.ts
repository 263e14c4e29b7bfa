import { spawn, spawnSync } from 'node:child_process';

/** Programs of a page's shell lines that are not there. */
export const missingPrograms = ['bash', 'curl'].filter((program) => spawnSync(program, ['--version']).error);

/** Runs shell lines as they stand on a page; what they print. A line that fails, or an HTTP status of 400 or more, is an error. */
export async function runShell(lines: string): Promise<string> {
  const child = spawn('bash', ['-euc', `curl() { command curl --fail "$@"; }\n${lines}`], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`The lines ended with ${code}:\n${lines}`);
  return printed;
}
