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
      // A group of its own, so that what it has started ends with it when its time is up.
      detached: process.platform !== 'win32',
    });
    const timeUp = setTimeout(() => {
      if (process.platform === 'win32' || child.pid === undefined) child.kill('SIGKILL');
      else process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    let stdout = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (text) => ((stdout += text), (all += text)));
    child.stderr.setEncoding('utf8').on('data', (text) => (all += text));
    child.once('error', (error) => {
      clearTimeout(timeUp);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timeUp);
      resolve({ code, stdout, all });
    });
  });
}

/** The same, for what must succeed. */
export async function mustRun(file, args, options) {
  const result = await runCommand(file, args, options);
  if (result.code === 0) return result.stdout;
  throw new Error(`${file} ${args.join(' ')} failed:\n${lastLines(result.all, 25)}`);
}

/** npm, without what it has to tell about itself. */
export async function npm(args, { cwd } = {}) {
  const { code, stdout, all } = await runCommand('npm', ['--no-audit', '--no-fund', '--loglevel=error', ...args], {
    cwd,
  });
  if (code === 0) return stdout;
  const what = `npm ${args.join(' ')} failed`;
  // What npm says then is about versions that it does not know.
  if (!(await registryAnswers()))
    throw new Error(`${what}: the npm registry, which the hosts are installed from, does not answer.`);
  throw new Error(`${what}:\n${lastLines(all, 25)}`);
}

async function registryAnswers() {
  const { code } = await runCommand('npm', ['view', 'npm', 'version', '--prefer-online', '--fetch-retries=0']);
  return code === 0;
}

export function lastLines(text, count) {
  return text.trim().split('\n').slice(-count).join('\n');
}
