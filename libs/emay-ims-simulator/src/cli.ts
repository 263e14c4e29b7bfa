#!/usr/bin/env node
import { processTerminal } from './command-line/process-terminal.js';
import { runCli } from './command-line/run-cli.js';

const READER_MS = 1_000;

process.exitCode = await runCli(process.argv.slice(2), processTerminal());
// What a reader still has to take keeps the process alive: for this long, then it has stopped to read.
setTimeout(() => process.exit(), READER_MS).unref();
