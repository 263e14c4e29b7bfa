import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ConsoleErrorBody } from '../api.js';
import type { ConsoleError } from './console-error.js';
import { setSecureHeaders } from './secure-headers.js';

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', text);
}

export function sendHtml(response: ServerResponse, status: number, html: string): void {
  send(response, status, 'text/html; charset=utf-8', html);
}

/** Of an answer that has begun, nobody can take anything back: it is cut off, so that it is not taken for a whole one. */
export function sendError(response: ServerResponse, error: ConsoleError, requestId: string): void {
  if (response.headersSent) return void response.destroy();
  if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(error.retryAfterSeconds));
  // A page that shows no other way to sign in may ask for a key; a guard of the host that knows another has said so.
  if (error.status === 401 && !response.hasHeader('WWW-Authenticate')) response.setHeader('WWW-Authenticate', 'Bearer');
  const { code, message, field, right } = error;
  const body: ConsoleErrorBody = {
    error: { code, message, ...(field !== undefined && { field }), ...(right && { right }), requestId },
  };
  sendJson(response, error.status, body);
}

/** The host's, where it has one that is fit for a log; else one of our own. */
export function requestIdOf(platformRequest: unknown): string {
  const { id } = Object(platformRequest) as { id?: unknown };
  const given = typeof id === 'string' || typeof id === 'number' ? String(id) : '';
  return /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.headersSent || response.destroyed) return;
  setSecureHeaders(response);
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}
