import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { firstValueFrom } from 'rxjs';
import type { Repository } from 'typeorm';
import { signed, toWire, type SendEntry, type WireReport } from '../support/gateway-calls.js';
import type { Message } from '../support/messages.js';
import { finalState } from './floor.js';
import { NaiveMessage } from './naive-message.entity.js';

export const GATEWAY_URL = Symbol('URL of the gateway');

/** What Nest and TypeORM tutorials lead to: an entity, `save`, and one HTTP request for each message. */
@Injectable()
export class NaiveSmsService {
  constructor(
    @InjectRepository(NaiveMessage) private readonly messages: Repository<NaiveMessage>,
    private readonly http: HttpService,
    @Inject(GATEWAY_URL) private readonly gatewayUrl: string,
  ) {}

  async send(message: Message): Promise<void> {
    const saved = await this.messages.save({ ...message, state: 'QUEUED', createdAt: new Date() });
    const entry = await this.post<SendEntry>('sendSingleIMS', toWire(message));
    await this.messages.save({ ...saved, state: 'ACCEPTED', imsId: entry.imsId, acceptedAt: new Date() });
  }

  pullReports(): Promise<WireReport[]> {
    return this.post<WireReport[]>('getIMSReport', {});
  }

  /** `false` where the answer to its send has not been saved yet: to be tried again, or that save would overwrite it. */
  async apply(report: WireReport): Promise<boolean> {
    const message = await this.messages.findOneBy({ customImsId: report.customImsId });
    if (message?.state !== 'ACCEPTED') return false;
    await this.messages.save({ ...message, state: finalState(report), finalAt: new Date() });
    return true;
  }

  delivered(): Promise<number> {
    return this.messages.countBy({ state: 'DELIVERED' });
  }

  private async post<Data>(call: string, fields: object): Promise<Data> {
    const { data } = await firstValueFrom(
      this.http.post<{ code: string; data: Data }>(`${this.gatewayUrl}/inter/${call}`, signed(fields)),
    );
    if (data.code !== 'SUCCESS') throw new Error(`The gateway answered ${data.code}`);
    return data.data;
  }
}
