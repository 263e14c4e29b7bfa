import { FAULT_KINDS, FAULTS } from '../faults/catalogue.js';
import type { FaultField } from '../faults/fault-definition.js';
import { MAGIC_NUMBERS, MAGIC_PREFIX } from '../gateway/magic-numbers.js';

const WIDTH = 100;
const ACCEPTED = { yes: 'accepted', no: 'not accepted', choice: 'not accepted, unless you write accept' } as const;

/** Every kind of fault, what the caller gets, and its fields. */
export function faultListing(): string[] {
  return [
    'Kinds of faults for --fault. Orders also take on=<call>+<call>, times=<number> (or Infinity),',
    'skip=<number>, chance=<0 to 1>, afterMs=<number>, forMs=<number>; refuse only the last two,',
    'wrongly-pushed no on.',
    ...FAULT_KINDS.flatMap((kind) => {
      const { meaning, accepts, fields, calls } = FAULTS[kind];
      const known: [string, FaultField][] = Object.entries(fields);
      return [
        '',
        ...wrapped(kind, `${meaning} (${[ACCEPTED[accepts], ...(calls ?? [])].join('; ')})`, 22),
        ...known.flatMap(([name, field]) => wrapped('', `${name}=${valuesOf(field)}: ${field.meaning}`, 26)),
      ];
    }),
  ];
}

/** Every ending of a number that chooses an outcome. */
export function magicNumberListing(): string[] {
  return [
    "A number's last seven digits choose its outcome; the valid Australian 0061 42 99990 03 carries them.",
    'From 21 on the outcome is that of the whole request.',
    '',
    ...[...MAGIC_NUMBERS].flatMap(([ending, { meaning }]) => wrapped(`...${MAGIC_PREFIX}${ending}`, meaning, 14)),
  ];
}

function valuesOf(field: FaultField): string {
  const standard = field.default === undefined ? (field.required ? ', needed' : '') : `, default ${field.default}`;
  if (field.type === 'choice') return `<${field.choices.join(' | ')}>${standard}`;
  return `<${field.type === 'integer' ? 'number' : 'text'}>${standard}`;
}

/** A term, and its text in a column of its own beside it. */
function wrapped(term: string, text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].map((part, index) => (index === 0 ? term : '').padEnd(indent) + part);
}
