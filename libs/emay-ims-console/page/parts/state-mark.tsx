import type { ImsMessageState } from '../api/types.js';
import { useWords } from '../words/words.js';

/** In the order in which a message passes them; a chart stacks them so. */
export const STATES = [
  'DELIVERED',
  'ACCEPTED',
  'SUBMITTING',
  'QUEUED',
  'UNCONFIRMED',
  'UNKNOWN',
  'UNDELIVERABLE',
  'REJECTED',
  'EXPIRED',
  'CANCELLED',
] as const satisfies readonly ImsMessageState[];

/** Colour group of each state: the variables `--state-…` of the style sheet. */
export const STATE_TONE: Record<ImsMessageState, string> = {
  DELIVERED: 'delivered',
  ACCEPTED: 'flight',
  SUBMITTING: 'flight',
  QUEUED: 'waiting',
  UNCONFIRMED: 'doubt',
  UNKNOWN: 'doubt',
  UNDELIVERABLE: 'undeliverable',
  REJECTED: 'rejected',
  EXPIRED: 'ended',
  CANCELLED: 'ended',
};

const filled = { fill: 'currentColor' };
const drawn = { fill: 'none', stroke: 'currentColor', 'stroke-width': '1.6', 'stroke-linecap': 'round' } as const;
const cut = { fill: 'none', stroke: 'var(--surface)', 'stroke-width': '1.6', 'stroke-linecap': 'round' } as const;

const SHAPES = {
  DELIVERED: [<circle cx="7" cy="7" r="6" {...filled} />, <path d="M4.2 7.2l2 2 3.6-4" {...cut} />],
  ACCEPTED: [<circle cx="7" cy="7" r="5.2" {...drawn} />, <path d="M4.4 7h5M7.4 4.9L9.6 7l-2.2 2.1" {...drawn} />],
  SUBMITTING: [<circle cx="7" cy="7" r="5.2" {...drawn} />, <path d="M7 1.8a5.2 5.2 0 0 1 0 10.4z" {...filled} />],
  QUEUED: [<circle cx="7" cy="7" r="5.2" {...drawn} />, <path d="M7 4v3.2l2 1.3" {...drawn} />],
  UNCONFIRMED: [
    <path d="M7 .6L13.4 7 7 13.4.6 7z" {...filled} />,
    <path d="M2.6 7.4l4.8-4.8M4.6 9.6l5-5M6.8 11.6l4.6-4.6" {...cut} stroke-width="1.3" />,
  ],
  UNKNOWN: [<path d="M7 1.5L12.5 7 7 12.5 1.5 7z" {...drawn} />, <circle cx="7" cy="7" r="1.3" {...filled} />],
  UNDELIVERABLE: [<path d="M1 2.200h12L7 12.800z" {...filled} />, <path d="M7 4.600v3M7 9.300v.1" {...cut} />],
  REJECTED: [
    <rect x="1.2" y="1.2" width="11.6" height="11.6" rx="2" {...filled} />,
    <path d="M4.6 4.600l4.8 4.800M9.4 4.600L4.6 9.4" {...cut} />,
  ],
  EXPIRED: [
    <circle cx="7" cy="7" r="5.2" {...drawn} stroke-dasharray="2 2.2" />,
    <path d="M7 4v3.200l2 1.3" {...drawn} />,
  ],
  CANCELLED: [<circle cx="7" cy="7" r="5.2" {...drawn} />, <path d="M3.5 10.500l7-7" {...drawn} />],
} as const;

/** The state's shape alone; whoever shows it says the word beside. */
export function StateShape({ state }: { state: ImsMessageState }) {
  return (
    <svg class={`shape tone-${STATE_TONE[state]}`} width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}

/** The word of a state, and its name in the reader's language beside it where that is another one. */
export function StateWord({ state }: { state: ImsMessageState }) {
  const name = useWords().stateName[state];
  return (
    <span>
      {state} {name !== undefined && <span class="state-name">{name}</span>}
    </span>
  );
}

/** Word, shape and colour of a state; what it means in a sentence on hovering. */
export function StateMark({ state }: { state: ImsMessageState }) {
  const words = useWords();
  return (
    <span class="state" title={words.state[state]}>
      <StateShape state={state} />
      <StateWord state={state} />
    </span>
  );
}
