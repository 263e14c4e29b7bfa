#!/usr/bin/env node
import { isatty } from 'node:tty';
import { Logger } from '@nestjs/common';
import { DiagnosticLogger } from './diagnostic-logger.js';
import { runCommandLine } from './program.js';
import { EXIT_CODE } from './exit-code.js';
import { outliveWriting } from './terminal.js';

const terminals = [0, 1, 2].filter(isatty);
const unwritten = new Set<string>();
outliveWriting(process.stderr, (code) => unwritten.add(`stderr (${code})`));
outliveWriting(process.stdout, (code) => {
  const failure = `stdout (${code})`;
  if (!unwritten.has(failure)) process.stderr.write(`CANNOT_WRITE: ${failure}: the answer is not complete.\n`);
  unwritten.add(failure);
});
// Only now is the last word written.
process.on('exit', () => {
  if (unwritten.size > 0) process.exitCode ||= EXIT_CODE.failed;
});

Logger.overrideLogger(new DiagnosticLogger());
await runCommandLine(process.argv.slice(2));
// Node restores a terminal's state as it exits, and aborts where that is gone: the signal that told so ends it instead.
if (!terminals.every(isatty)) process.kill(process.pid, 'SIGHUP');
