import { createHash } from 'node:crypto';
import { connect } from 'node:net';

/**
 * The load: batch calls of 300 numbers over kept connections, one call at a time on each. It speaks HTTP with its own hands
 * and builds each body once, so that it costs far less than the simulator that it drives.
 *
 * Started by throughput.mjs with its orders as JSON; tells it by message when it is warm and when it is done.
 */
const RECIPIENTS = 300;
/** Well inside the ten minutes that the gateway takes a timestamp for. */
const BODY_AGE_MS = 120_000;
const HEAD_END = Buffer.from('\r\n\r\n');

const { url, appId, secretKey, connections, pull, warmUpSeconds, messages, seconds } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);

let requests = 0;
let goal = Infinity;
let ended = false;

class Connection {
  chunks = [];
  missing = 0;
  bodiesBuiltAt = -Infinity;

  constructor(index) {
    this.index = index;
    this.finished = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.on('connect', () => this.sendBatch());
    this.socket.on('data', (chunk) => this.take(chunk));
    this.socket.on('error', this.fail);
    this.socket.on('close', () => this.fail(new Error('the simulator closed a connection')));
  }

  sendBatch() {
    if (ended || requests >= goal) {
      this.finish();
      this.socket.destroy();
      return;
    }
    if (Date.now() - this.bodiesBuiltAt > BODY_AGE_MS) this.buildBodies();
    requests++;
    this.isPulling = false;
    this.socket.write(this.batch);
  }

  buildBodies() {
    this.bodiesBuiltAt = Date.now();
    const imses = Array.from({ length: RECIPIENTS }, (_, number) => ({
      mobile: `00${61422000000 + this.index * RECIPIENTS + number}`,
      customImsId: `2018010709302911${String(this.index).padStart(3, '0')}${String(number).padStart(3, '0')}`,
    }));
    this.batch = httpRequest('sendBatchIMS', { content: 'Your code is 123456. 您的验证码是 123456。', imses });
    this.report = httpRequest('getIMSReport', { number: 500 });
  }

  take(chunk) {
    if (this.chunks.length === 0) {
      const end = chunk.indexOf(HEAD_END);
      if (end === -1) return this.fail(new Error('an answer head came in pieces'));
      const length = /content-length: (\d+)/i.exec(chunk.toString('latin1', 0, end))?.[1];
      this.bodyStart = end + HEAD_END.length;
      this.missing = this.bodyStart + Number(length);
    }
    this.chunks.push(chunk);
    this.missing -= chunk.length;
    if (this.missing === 0) this.answered();
  }

  answered() {
    const first = this.chunks[0].toString('latin1', this.bodyStart, this.bodyStart + 17);
    if (!'{"code":"SUCCESS"'.startsWith(first)) return this.fail(new Error(`answered ${this.chunks.join('')}`));
    this.chunks = [];
    if (!pull || this.isPulling) return this.sendBatch();
    this.isPulling = true;
    this.socket.write(this.report);
  }
}

function httpRequest(call, fields) {
  const timestamp = new Date(Date.now() + 8 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const sign = createHash('md5').update(`${appId}${secretKey}${timestamp}`).digest('hex');
  const body = Buffer.from(JSON.stringify({ appId, timestamp, sign, ...fields }));
  const head = `POST /inter/${call} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

const open = Array.from({ length: connections }, (_, index) => new Connection(index));
setTimeout(() => {
  if (seconds === undefined) goal = requests + Math.ceil(messages / RECIPIENTS);
  else setTimeout(() => (ended = true), seconds * 1000);
  process.send({ phase: 'warm', requests });
}, warmUpSeconds * 1000);
await Promise.all(open.map(({ finished }) => finished));
process.send({ phase: 'done', requests });
