import type { AccessControl } from '../access/access-control.js';
import { sendError, sendHtml, sendText, requestIdOf } from '../http/answer.js';
import { ConsoleError, notFound } from '../http/console-error.js';
import { answerTo } from '../http/error-answer.js';
import { logFailure } from '../http/console-log.js';
import type { Exchange } from '../http/exchange.js';
import { setSecureHeaders } from '../http/secure-headers.js';
import { chooseEncoding } from './content-encoding.js';
import type { PageFiles } from './page-files.js';
import { firstPage, rootFrom } from './relative-root.js';

/** Serves what the page is made of. None of it is anybody's data. */
export class PageServer {
  constructor(
    private readonly files: PageFiles,
    private readonly access: AccessControl,
    private readonly publicPath: string | undefined,
  ) {}

  /** From the root to the first page. */
  redirect(exchange: Exchange): void {
    this.serve(exchange, ({ response, path, query }) => {
      response.statusCode = 302;
      const wanted = query.size > 0 ? `?${query.toString()}` : '';
      response.setHeader('Location', firstPage(path, this.publicPath) + wanted);
      response.end();
    });
  }

  /** @param segments of the route, e.g. 2 of `messages/:id` */
  shell(exchange: Exchange, segments: number): void {
    this.serve(exchange, ({ response, path }) => {
      if (this.files.build === '') {
        throw new ConsoleError(
          503,
          'NOT_READY',
          'The page is missing: of a checkout, build it (npm run build); a bundle needs nestjs-emay-ims-console installed beside it.',
        );
      }
      sendHtml(response, 200, this.files.shell(rootFrom(path, segments)));
    });
  }

  asset(exchange: Exchange): void {
    this.serve(exchange, ({ request, response, params }) => {
      const file = this.files.get(params.name ?? '');
      if (file === undefined) throw notFound('file');
      const encoding = chooseEncoding(request.headers['accept-encoding'], file.brotli ? ['br', 'gzip'] : ['gzip']);
      const content = encoding === 'br' ? file.brotli! : encoding === 'gzip' ? file.gzip : file.plain;
      // Its name changes with its content.
      response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
      response.setHeader('Content-Type', file.type);
      response.setHeader('Vary', 'Accept-Encoding');
      if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding);
      response.setHeader('Content-Length', content.length);
      response.end(content);
    });
  }

  private serve(exchange: Exchange, answer: (exchange: Exchange) => void): void {
    const { response, platformRequest } = exchange;
    try {
      setSecureHeaders(response);
      this.access.assertPageMayBeSeen(exchange);
      answer(exchange);
    } catch (error) {
      const told = answerTo(error);
      const requestId = requestIdOf(platformRequest);
      if (told.code === 'INTERNAL') logFailure(`The console's page failed in request ${requestId}`, error);
      if (response.headersSent) sendError(response, told, requestId);
      else sendText(response, told.status, `${told.message}\n`);
    }
  }
}
