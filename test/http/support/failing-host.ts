import { Controller, Get, Module, NotFoundException, Param, Res, type Provider, type Type } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { NestFactory } from '@nestjs/core';
import type { ServerResponse } from 'node:http';

/** What a request of a host ends in. */
export type Failures = Record<string, () => unknown>;

export const PLATFORMS = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() } as const;

export interface Host {
  app: INestApplication;
  get(path: string): Promise<Answer>;
}

export interface Answer {
  status: number;
  type: string | null;
  retryAfter: string | null;
  body: Record<string, unknown>;
}

/** A host whose one controller throws, on either platform, with filters as it binds them. */
export async function startHost(
  platform: keyof typeof PLATFORMS,
  failures: Failures,
  binding: { providers?: Provider[]; decorator?: ClassDecorator; prepare?: (app: INestApplication) => void },
): Promise<Host> {
  @Controller()
  class FailingController {
    @Get('fail/:name')
    fail(@Param('name') name: string) {
      return failures[name]?.();
    }

    @Get('missing')
    missing() {
      throw new NotFoundException('There is none.');
    }

    @Get('begun/:name')
    begun(@Param('name') name: string, @Res() response: ServerResponse & { raw?: ServerResponse }) {
      const raw = response.raw ?? response;
      raw.writeHead(200, { 'content-type': 'text/plain' });
      raw.write('begun');
      return failures[name]?.();
    }
  }
  binding.decorator?.(FailingController);

  @Module({ controllers: [FailingController as Type], providers: binding.providers })
  class HostModule {}

  const app = await NestFactory.create(HostModule, PLATFORMS[platform]() as ExpressAdapter, { logger: false });
  binding.prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    async get(path) {
      const response = await fetch(url + path);
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        retryAfter: response.headers.get('retry-after'),
        body: (await response.json()) as Record<string, unknown>,
      };
    },
  };
}
