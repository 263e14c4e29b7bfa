import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { errorCode } from '../error-code.js';
import { readingOf, type ClockReading } from './clock-check.js';

/** How an attempt to connect ended. */
export interface Dialled {
  /** Whether TCP stands; TLS may still have failed. */
  isConnected: boolean;
  /** e.g. `ECONNREFUSED`, `DEPTH_ZERO_SELF_SIGNED_CERT`; `null`: all is well. */
  failure: string | null;
  /** The end of the certificate; `null` without TLS. */
  validTo: Date | null;
}

const DIAL_MS = 5_000;
/** A `Date` header tells whole seconds: on average it is half of one late. */
const HALF_A_SECOND_MS = 500;
/** As the module does it: a slow network can be too slow for Node's own limit for each address of a name. */
const CONNECTING = {
  autoSelectFamilyAttemptTimeout: Math.floor(DIAL_MS / 3),
  /** Whatever NODE_TLS_REJECT_UNAUTHORIZED says. */
  rejectUnauthorized: true,
};

/** Connects, with TLS for https, and hangs up. */
export function dial(url: URL, host: string): Promise<Dialled> {
  const isTls = url.protocol === 'https:';
  const port = Number(url.port || (isTls ? 443 : 80));
  return new Promise((resolve) => {
    const socket = isTls
      ? connectTls({ host, port, ...CONNECTING, ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connectTcp({ host, port, ...CONNECTING });
    let isConnected = false;
    const end = (failure: string | null, validTo: Date | null = null) => {
      socket.destroy();
      resolve({ isConnected, failure, validTo });
    };
    socket.setTimeout(DIAL_MS, () => end(isConnected ? 'TLS_TIMEOUT' : 'CONNECT_TIMEOUT'));
    socket.once('connect', () => {
      isConnected = true;
      if (!isTls) end(null);
    });
    socket.once('secureConnect', () => end(null, new Date((socket as TLSSocket).getPeerCertificate().valid_to)));
    socket.once('error', (error) => end(errorCode(error)));
  });
}

/** The clock of whoever answers there, by the `Date` header; `null` where none comes. Sends nothing but `HEAD /`. */
export function readDate(url: URL): Promise<ClockReading | null> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const askedAt = Date.now();
    const asked = request(new URL('/', url), { method: 'HEAD', agent: false, timeout: DIAL_MS, ...CONNECTING });
    asked.once('response', ({ headers: { date } }) => {
      asked.destroy();
      const remote = date === undefined ? Number.NaN : Date.parse(date) + HALF_A_SECOND_MS;
      resolve(Number.isNaN(remote) ? null : readingOf(url.host, remote, askedAt, Date.now()));
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(null));
    asked.once('close', () => resolve(null));
    asked.end();
  });
}
