import type { Format } from '../parts/format.js';
import type { Said } from './verdict-en.js';

/** Values of a verdict or an advice for reading, by how their names end; an empty text where there is none. */
export function saying(values: Readonly<Record<string, string | number | null>>, format: Format, none: string): Said {
  return (name) => {
    const value = values[name];
    if (value === null || value === undefined) return '';
    if (name.endsWith('Ms')) return format.duration(Number(value));
    if (/(At|Until|Since)$/.test(name)) return format.full(value);
    if (name === 'share') return format.percent(Number(value));
    if (name === 'country') return format.country(String(value), none);
    return typeof value === 'number' ? format.number(value) : value;
  };
}
