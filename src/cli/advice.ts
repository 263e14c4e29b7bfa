import { ANSWER_CODES } from 'nestjs-emay-ims';

/** What to do where the gateway or the network ended something with this code. */
export function adviceFor(code: string): string {
  return ANSWER_CODES[code]?.advice ?? '`doctor` shows whether the gateway can be reached.';
}
