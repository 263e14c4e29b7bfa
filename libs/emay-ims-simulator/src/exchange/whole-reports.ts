import type { Answer } from '../wire/answer-code.js';
import { CHARSETS, type CharsetName, encodeText } from '../wire/charset.js';

/** The places of the genuine reports that an answer still holds; `undefined` where it holds them all or is no page. */
export function placesIn(genuine: Answer, given: Answer): readonly number[] | undefined {
  if (!Array.isArray(genuine.data) || genuine.data === given.data) return undefined;
  const kept = new Set<unknown>(Array.isArray(given.data) ? given.data : []);
  const all: readonly unknown[] = genuine.data;
  return [...all.keys()].filter((place) => kept.has(all[place]));
}

/** The places of the reports that end within so many bytes of an answer's JSON. */
export function placesWithin({ code, data }: Answer, charset: CharsetName, bytes: number): readonly number[] {
  if (!Array.isArray(data)) return [];
  const { encode } = CHARSETS[charset];
  const comma = encode(',').length;
  let end = encodeText(JSON.stringify({ code, data: [] }).slice(0, -2), charset).length;
  const places: number[] = [];
  for (const [place, report] of data.entries()) {
    end += encode(JSON.stringify(report)).length;
    if (end > bytes) break;
    places.push(place);
    end += comma;
  }
  return places;
}
