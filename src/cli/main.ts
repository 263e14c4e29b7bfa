#!/usr/bin/env node
import { isatty } from 'node:tty';
import { Logger } from '@nestjs/common';
import { DiagnosticLogger } from './diagnostic-logger.js';
import { runCommandLine } from './program.js';
import { outliveReader } from './terminal.js';

const terminals = [0, 1, 2].filter(isatty);
for (const stream of [process.stdout, process.stderr]) outliveReader(stream);

Logger.overrideLogger(new DiagnosticLogger());
await runCommandLine(process.argv.slice(2));
// Node restores a terminal's state as it exits, and aborts where that is gone: the signal that told so ends it instead.
if (!terminals.every(isatty)) process.kill(process.pid, 'SIGHUP');
