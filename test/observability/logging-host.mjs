/**
 * An application that logs as its host does: by `nestjs-pino` or `nest-winston`, by the `ConsoleLogger` of Nest 11, or by a logger of its own. A process of its
 * own, so that all it prints can be read, and as jest cannot `require` Nest 12.
 */
import 'reflect-metadata';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const [way, diagnostics, account] = process.argv.slice(2);
const MESSAGE = { mobile: '+61422118000', content: 'The text of the message', customImsId: 'one' };

async function application(imports, useLogger) {
  const { Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { EmayImsModule, EmayImsService } = await import('nestjs-emay-ims');
  class HostModule {}
  Module({
    imports: [
      ...imports,
      EmayImsModule.forRoot({
        ...JSON.parse(account),
        dispatch: { enabled: false },
        reports: { enabled: false },
      }),
    ],
  })(HostModule);
  const app = await NestFactory.create(HostModule, { bufferLogs: true });
  await useLogger(app);
  await app.init();
  const ims = app.get(EmayImsService);
  ims.events$.subscribe(() => {
    throw new Error(`Told of ${MESSAGE.mobile}`);
  });
  await ims.send(MESSAGE).catch(() => undefined);
  await app.close();
}

async function lines(logger, { Logger }) {
  const { GuardedLogger } = await import(pathToFileURL(diagnostics).href);
  Logger.overrideLogger(logger);
  const guarded = GuardedLogger.of('default');
  guarded.warn('The gateway refused a request.', { account: 'default', code: 'ERROR_SIGN' });
  guarded.error('The gateway refused a request for good.', { account: 'default', code: 'ERROR_SIGN' });
  guarded.error('A handler failed with Error', '    at handler (orders.js:1:1)');
}

const WAYS = {
  async pino() {
    const { LoggerModule, Logger } = await import('nestjs-pino');
    await application([LoggerModule.forRoot({ pinoHttp: { messageKey: 'text' } })], (app) =>
      app.useLogger(app.get(Logger)),
    );
  },
  async winston() {
    const { WinstonModule } = await import('nest-winston');
    const { format, transports } = await import('winston');
    const logger = WinstonModule.createLogger({ format: format.json(), transports: [new transports.Console()] });
    await application([], (app) => app.useLogger(logger));
  },
  async 'own-around-pino'() {
    const nest = await import('@nestjs/common');
    const { PinoLogger } = await import('nestjs-pino');
    class OwnLogger {
      logger = new PinoLogger({ pinoHttp: { messageKey: 'text' } });
      log(text, fields, context) {
        this.logger.info({ fields, context }, text);
      }
      warn(text, fields, context) {
        this.logger.warn({ fields, context }, text);
      }
      error(text, fields, context) {
        this.logger.error({ fields, context }, text);
      }
    }
    await lines(new OwnLogger(), nest);
  },
  async 'nest-11'({ isPlain, ...options }) {
    const hook = `export const resolve = (name, context, next) =>
      next(name === '@nestjs/common' ? '${import.meta.resolve('nestjs-common-11')}' : name, context);`;
    register(`data:text/javascript,${encodeURIComponent(hook)}`);
    const nest = await import('@nestjs/common');
    process.env.NO_COLOR = '1'; // `Logger` takes no such option.
    await lines(isPlain ? new nest.Logger() : new nest.ConsoleLogger(options), nest);
  },
};
await WAYS[way.replace(/-(json|text|logger)$/, '')]({
  json: way.endsWith('-json'),
  colors: false,
  isPlain: way.endsWith('-logger'),
});
