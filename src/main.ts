import { Logger } from '@nestjs/common';
import { EndOfService } from './start/end-of-service.js';
import { serve, type Opened } from './start/serve.js';
import { StartLogger } from './start/start-logger.js';

Logger.overrideLogger(new StartLogger());
const opened: Opened = {};
const end = new EndOfService(opened);

// Whatever nobody has caught leaves the service in a state that nobody knows: it ends, and is started again.
process.on('uncaughtException', (error) => void end.because(error));
process.on('unhandledRejection', (reason) => void end.because(reason));

try {
  await serve(opened);
  opened.server?.on('error', (error) => void end.because(error));
} catch (error) {
  await end.because(error);
}
