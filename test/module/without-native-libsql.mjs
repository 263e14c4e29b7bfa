/** A host that was installed with `npm ci --omit=optional`: `libsql` is there, its native part is not. */
import 'reflect-metadata';
import Module from 'node:module';

// The only way into what `require` finds that Node 20 has.
/* oxlint-disable no-underscore-dangle */
const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) =>
  resolve.call(Module, request.startsWith('@libsql/') ? `${request}-that-nobody-installed` : request, ...rest);

const { NestFactory } = await import('@nestjs/core');
const { EmayImsModule } = await import('nestjs-emay-ims');
const module = EmayImsModule.forRoot({
  baseUrl: 'http://127.0.0.1:9',
  appId: 'app',
  secretKey: 'key',
  database: { type: 'sqlite', path: process.argv[2] },
});
await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false }).catch(({ name, message }) =>
  process.stdout.write(`refused: ${name} ${message}\n`),
);
