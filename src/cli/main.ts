#!/usr/bin/env node
import { Logger } from '@nestjs/common';
import { DiagnosticLogger } from './diagnostic-logger.js';
import { runCommandLine } from './program.js';

// A reader that goes away (`| head`) is no failure: what is under way goes on, what is left to say is not said.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

Logger.overrideLogger(new DiagnosticLogger());
await runCommandLine(process.argv.slice(2));
