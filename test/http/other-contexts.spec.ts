import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/internal';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { EmayImsConflictError, EmayImsUnconfirmedError } from 'nestjs-emay-ims';
import { EmayImsExceptionFilter } from 'nestjs-emay-ims/http';
import type { AddressInfo, Server } from 'node:net';
import { firstValueFrom } from 'rxjs';

const CONFLICT = {
  status: 'error',
  message: expect.stringContaining('order-1'),
  code: 'EMAY_IMS_CONFLICT',
  retryable: false,
  customImsIds: ['order-1'],
};

describe('in a microservice', () => {
  @Controller()
  class OrdersController {
    @MessagePattern('send')
    send() {
      throw new EmayImsConflictError(['order-1']);
    }

    @EventPattern('placed')
    async placed(_order: unknown) {
      throw new EmayImsUnconfirmedError('order-1', 'TIMEOUT');
    }
  }

  @Module({
    controllers: [OrdersController],
    providers: [{ provide: APP_FILTER, useClass: EmayImsExceptionFilter }],
  })
  class OrdersModule {}

  let service: INestMicroservice;
  afterEach(() => service.close());

  it('the caller is told by an RPC error, and an event that fails ends nothing', async () => {
    service = await NestFactory.createMicroservice<MicroserviceOptions>(OrdersModule, {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: 0 },
      logger: false,
    });
    await service.listen();
    const { port } = service.unwrap<Server>().address() as AddressInfo;
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    try {
      await firstValueFrom(client.emit('placed', {}), { defaultValue: null });
      await expect(firstValueFrom(client.send('send', {}))).rejects.toEqual(CONFLICT);
    } finally {
      client.close();
    }
  });
});

describe('in a context of kind', () => {
  const caught = (kind: string, client?: object): unknown => {
    const host = new ExecutionContextHost([client, {}, 'pattern']);
    host.setType(kind);
    return new EmayImsExceptionFilter().catch(new EmayImsConflictError(['order-1']), host);
  };

  it('ws, a client of socket.io is told', () => {
    const client = new EventEmitter();
    const told: unknown[] = [];
    client.on('exception', (payload) => told.push(payload));
    caught('ws', client);
    expect(told).toEqual([CONFLICT]);
  });

  it('ws, a client of ws is told', () => {
    const told: string[] = [];
    caught('ws', Object.assign(new EventEmitter(), { readyState: 1, send: (text: string) => told.push(text) }));
    expect(told.map((text) => JSON.parse(text))).toEqual([{ event: 'exception', data: CONFLICT }]);
  });

  it('graphql, the error says more than a sentence', () => {
    const { status: _, message, ...extensions } = CONFLICT;
    expect(() => caught('graphql')).toThrow(expect.objectContaining({ message, extensions }));
  });

  it('nobody knows, the error goes on as it came', () => {
    expect(() => caught('cron')).toThrow(EmayImsConflictError);
  });
});
