import type { EitherSide, FaultDefinition } from './fault-definition.js';

/** A web page where JSON is due, as a proxy in between or a login portal gives it. */
export interface HtmlFault extends EitherSide {
  readonly kind: 'html';
  /** HTTP status. Default: 200. */
  readonly status?: number | undefined;
}

const PAGE = '<!DOCTYPE html><html><head><title>系统维护</title></head><body><h1>系统维护中</h1></body></html>';

export const html: FaultDefinition<HtmlFault> = {
  meaning: 'a web page with the HTTP `status`',
  accepts: 'choice',
  fields: { status: { type: 'integer', min: 200, max: 599, default: 200, meaning: 'HTTP status' } },
  play(exchange, { status, accept }) {
    if (accept) exchange.accept();
    exchange.send(PAGE, { status, headers: { 'Content-Type': 'text/html;charset=utf-8' } });
  },
};
