import { createCipheriv } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';

const MOST_TRIES = 10;

/** What the customer's address answered. */
export interface PushAnswer {
  status: number;
  text: string;
}

/** A report as the gateway pushes it, by its document. */
export function pushedReport(customImsId: string, rest: object = {}) {
  return {
    appId: 'EUCP-EMY-SMS0-TESTS',
    imsId: `9${customImsId.length}0${[...customImsId].reduce((sum, sign) => sum + sign.charCodeAt(0), 0)}`,
    customImsId,
    state: 'DELIVRD',
    desc: '成功',
    mobile: '61422118000',
    receiveTime: '2023-07-31 14:36:05',
    submitTime: '2023-07-31 14:36:00',
    ...rest,
  };
}

/** The gateway's body, encrypted: AES/ECB/PKCS5 of the packed JSON array. */
export function sealedBody(reports: unknown, secretKey: string): Buffer {
  return sealed(gzipSync(JSON.stringify(reports)), secretKey);
}

export function sealed(content: Buffer, secretKey: string): Buffer {
  const cipher = createCipheriv(`aes-${Buffer.byteLength(secretKey) * 8}-ecb`, Buffer.from(secretKey), null);
  return Buffer.concat([cipher.update(content), cipher.final()]);
}

/** The gateway's other body: a form. */
export function plainBody(reports: unknown): Buffer {
  return Buffer.from(new URLSearchParams({ reports: JSON.stringify(reports) }).toString());
}

/**
 * One POST, as it is: `Content-Length` and the headers given, nothing else. As the gateway does, again where it was not stored in the second
 * that it waits: a busy machine takes longer.
 */
export async function post(
  url: string,
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
  method = 'POST',
): Promise<PushAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await postOnce(url, body, headers, method);
    if (answer.text !== 'not stored in time' || tries === MOST_TRIES) return answer;
  }
}

function postOnce(url: string, body: Buffer, headers: OutgoingHttpHeaders, method: string): Promise<PushAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      {
        method,
        agent: false,
        headers: 'Transfer-Encoding' in headers ? headers : { 'Content-Length': body.length, ...headers },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString('utf8') }),
        );
        response.once('error', reject);
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

/** A POST of a strict client: its body is sent once it has been asked for. `asked`: how often that was. */
export function postAsked(url: string, body: Buffer, headers: OutgoingHttpHeaders = {}) {
  return new Promise<{ status: number; asked: number; headers: IncomingHttpHeaders }>((resolve, reject) => {
    let asked = 0;
    const request = httpRequest(url, {
      method: 'POST',
      agent: false,
      headers: { 'Content-Length': body.length, ...headers, Expect: '100-continue' },
    });
    request.on('continue', () => {
      if (asked++ === 0) request.end(body);
    });
    request.once('response', (response) => {
      response.resume().once('end', () => {
        request.destroy();
        resolve({ status: response.statusCode ?? 0, asked, headers: response.headers });
      });
    });
    request.on('error', reject);
    request.flushHeaders();
  });
}
