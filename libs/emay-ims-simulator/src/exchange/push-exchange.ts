import { createCipheriv } from 'node:crypto';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** More of an answer is not read: `success` has seven bytes. */
const MAX_ANSWER_BYTES = 1_024;

/** What came back of one push. */
export interface PushOutcome {
  /** HTTP status, absent when nothing was answered. */
  readonly status?: number;
  /** The body; of one above a kilobyte its beginning and `…`. */
  readonly answer?: string;
  /** Why nothing was answered, such as `ECONNREFUSED`. */
  readonly error?: string;
}

export interface PushRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timeoutMs: number;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** One push of reports, as a fault sees it. It follows no redirect. */
export class PushExchange {
  constructor(private readonly request: PushRequest) {}

  get body(): Buffer {
    return this.request.body;
  }

  /** Posts it on a connection of its own. Never rejects. */
  post(body: Buffer = this.body): Promise<PushOutcome> {
    return this.exchange(body.length, (outgoing) => outgoing.end(body));
  }

  /** Sends half of the body and resets the connection. */
  reset(): Promise<PushOutcome> {
    const { body } = this;
    return this.exchange(body.length, (outgoing) => {
      outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.socket?.resetAndDestroy());
    });
  }

  /** The same as nobody can read it. */
  sealedOtherwise(): Buffer {
    const cipher = createCipheriv('aes-128-ecb', 'another key than', null);
    return Buffer.concat([cipher.update(this.body), cipher.final()]);
  }

  private exchange(length: number, write: (outgoing: ClientRequest) => void): Promise<PushOutcome> {
    const { url, headers, timeoutMs, signal } = this.request;
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const timedOut = AbortSignal.timeout(timeoutMs);
    const failure = (error: NodeJS.ErrnoException) => ({
      error: timedOut.aborted ? 'ETIMEDOUT' : (error.code ?? error.message),
    });
    const exchanged = new Promise<PushOutcome>((resolve) => {
      const failed = (error: Error) => resolve(failure(error));
      const outgoing = send(
        url,
        {
          method: 'POST',
          agent: false,
          headers: { ...headers, 'Content-Length': String(length) },
          signal: AbortSignal.any([signal, timedOut]),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          const answered = () => {
            const answer = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
            resolve({ status: response.statusCode ?? 0, answer: bytes > MAX_ANSWER_BYTES ? `${answer}…` : answer });
          };
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            bytes += chunk.length;
            if (bytes <= MAX_ANSWER_BYTES) return;
            answered();
            outgoing.destroy();
          });
          response.on('end', answered);
          response.on('error', failed);
        },
      );
      outgoing.on('error', failed);
      write(outgoing);
    });
    // Such as of an appId that no header can hold.
    return exchanged.catch(failure);
  }
}
