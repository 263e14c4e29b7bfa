#!/usr/bin/env node
import { Logger } from '@nestjs/common';
import { CommanderError } from 'commander';
import { DiagnosticLogger } from './diagnostic-logger.js';
import { EXIT_CODE } from './exit-code.js';
import { createProgram } from './program.js';

// A reader that goes away (`| head`) is no failure: what is under way goes on, what is left to say is not said.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

Logger.overrideLogger(new DiagnosticLogger());
try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT_CODE.fine : EXIT_CODE.wrongUsage;
}
