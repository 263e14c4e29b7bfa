import { spawn } from 'node:child_process';

/**
 * Runs a program to its end and keeps what it prints.
 *
 * @returns code (`null` where it was ended by a signal), standard output, and both outputs together for a report
 */
export function runCommand(file, args, { cwd, env = process.env, timeoutMs = 300_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (text) => ((stdout += text), (all += text)));
    child.stderr.setEncoding('utf8').on('data', (text) => (all += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, all }));
  });
}

/** The same, for what must succeed. */
export async function mustRun(file, args, options) {
  const result = await runCommand(file, args, options);
  if (result.code === 0) return result.stdout;
  throw new Error(`${file} ${args.join(' ')} failed:\n${lastLines(result.all, 25)}`);
}

const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/;

/** npm, without what it has to tell about itself. */
export async function npm(args, { cwd, timeoutMs } = {}) {
  const { code, stdout, all } = await runCommand('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    timeoutMs,
  });
  if (code === 0) return stdout;
  const hint = UNREACHABLE.test(all)
    ? 'The npm registry cannot be reached, and the hosts are installed from it.\n'
    : '';
  throw new Error(`${hint}npm ${args.join(' ')} failed:\n${lastLines(all, 25)}`);
}

export function lastLines(text, count) {
  return text.trim().split('\n').slice(-count).join('\n');
}
