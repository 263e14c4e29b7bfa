import { createHash } from 'node:crypto';
import { Pool } from 'undici';
import { ACCOUNT } from './account.js';
import type { Message } from './messages.js';

/** One message of an accepted request. */
export interface SendEntry {
  customImsId: string;
  imsId: string;
}

export interface WireReport extends SendEntry {
  state: string;
  desc: string;
  receiveTime: string;
  submitTime: string;
}

export const REPORTS_PER_PAGE = 500;
const TIME_ZONE_OFFSET_MS = 8 * 3_600_000;

/** The fields every request begins with, and those of its call. */
export function signed<Fields extends object>(fields: Fields) {
  const { appId, secretKey } = ACCOUNT;
  const onGatewayClock = new Date(Date.now() + TIME_ZONE_OFFSET_MS);
  const timestamp = onGatewayClock.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
  const sign = createHash('md5').update(`${appId}${secretKey}${timestamp}`).digest('hex');
  return { appId, timestamp, sign, ...fields };
}

export function toWire({ customImsId, mobile, content }: Message) {
  return { mobile: mobile.replace('+', '00'), customImsId, content };
}

/** The gateway through undici, the leanest client there is for Node: connections kept alive, nothing checked. */
export class LeanGatewayClient {
  private readonly pool: Pool;

  constructor(url: string, connections: number) {
    this.pool = new Pool(url, { connections });
  }

  sendOne(message: Message): Promise<SendEntry> {
    return this.post('/inter/sendSingleIMS', toWire(message));
  }

  sendMany(messages: readonly Message[]): Promise<SendEntry[]> {
    return this.post('/inter/sendPersonalityIMS', { imses: messages.map(toWire) });
  }

  pullReports(): Promise<WireReport[]> {
    return this.post('/inter/getIMSReport', { number: REPORTS_PER_PAGE });
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async post<Data>(path: string, fields: object): Promise<Data> {
    const { body } = await this.pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(signed(fields)),
    });
    const { code, data } = (await body.json()) as { code: string; data: Data };
    if (code !== 'SUCCESS') throw new Error(`The gateway answered ${code}`);
    return data;
  }
}
