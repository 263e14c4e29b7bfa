import type { Answer } from '../wire/answer-code.js';
import { CHARSETS, encodeText } from '../wire/charset.js';
import type { AnswerForm } from './answer-form.js';

/** The places of the genuine reports that an answer still holds; `undefined` where it holds them all or is no page. */
export function placesIn(genuine: Answer, given: Answer): readonly number[] | undefined {
  if (!Array.isArray(genuine.data) || genuine.data === given.data) return undefined;
  const kept = new Set<unknown>(Array.isArray(given.data) ? given.data : []);
  const all: readonly unknown[] = genuine.data;
  return [...all.keys()].filter((place) => kept.has(all[place]));
}

/** The places of the reports that end within so many bytes of an answer's text. */
export function placesWithin(
  answer: Answer,
  form: Pick<AnswerForm, 'text' | 'charset'>,
  bytes: number,
): readonly number[] {
  const { code, data } = answer;
  if (!Array.isArray(data)) return [];
  const { encode } = CHARSETS[form.charset];
  const comma = encode(',').length;
  let end = encodeText(form.text({ code, data: [] }).split(']', 1)[0]!, form.charset).length;
  const places: number[] = [];
  for (const [place, report] of data.entries()) {
    end += encode(JSON.stringify(report)).length;
    if (end > bytes) break;
    places.push(place);
    end += comma;
  }
  return places;
}
