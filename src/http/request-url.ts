import { BadRequestException, HttpException } from '@nestjs/common';
import type { RequestHandler } from 'express';

const URI_TOO_LONG = 414;
const MAX_URL_LENGTH = 8_192;
/** None of our ids, numbers and times has one; databases choke on some. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Refuses addresses that can be read in several ways, or in none. */
export const checkUrl: RequestHandler = ({ originalUrl: url }, _response, next) => {
  if (url.length > MAX_URL_LENGTH) {
    return next(new HttpException(`The address is too long: ${MAX_URL_LENGTH} characters at most.`, URI_TOO_LONG));
  }
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const names = parametersOf(query).map(([name]) => name);
  const texts = [path, ...parametersOf(query).flat()].map(decoded);
  if (texts.some((text) => text === null)) {
    return next(new BadRequestException('The address is not percent-encoded UTF-8.'));
  }
  if (texts.some((text) => CONTROL.test(text ?? ''))) {
    return next(new BadRequestException('The address has a control character in it, such as %00.'));
  }
  const twice = names.map(decoded).find((name, index, all) => all.indexOf(name) !== index);
  if (typeof twice === 'string') {
    return next(
      new BadRequestException(
        `Write the parameter ${JSON.stringify(twice)} once; several states go into one: state=A,B.`,
      ),
    );
  }
  next();
};

/**
 * For Express: a query as people write it. A `+` means itself where a number or the zone of a time begins with it,
 * `?mobile=+61422118000`; elsewhere it is the space that forms make of one.
 */
export function parseQuery(query: string | undefined): Record<string, string> {
  // Without a prototype, and read once: no name has a meaning of its own.
  const parameters = Object.create(null) as Record<string, string>;
  for (const [name, value] of parametersOf(query ?? ''))
    parameters[decoded(name) ?? name] = decoded(withPlus(value)) ?? value;
  return parameters;
}

function parametersOf(query: string): [name: string, value: string][] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const end = part.indexOf('=');
      return end < 0 ? [part, ''] : [part.slice(0, end), part.slice(end + 1)];
    });
}

function withPlus(value: string): string {
  return value.replace(/^\++/, '%2B').replace(/(T[\d:.%A]+)\+(\d\d(?:(?::|%3A)?\d\d)?)$/i, '$1%2B$2');
}

/** `null`: it is none. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
