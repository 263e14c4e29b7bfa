import { byId, element, setText } from './elements.js';
import { duration } from './format.js';
import { KeyedRows } from './keyed-rows.js';

const COUNTERS = ['requests', 'accepted', 'handedOut', 'pushed', 'pending', 'dropped'];

/** Where the simulator is, since when, and how much happened. */
export class OverviewPanel {
  #words;
  #counters = new KeyedRows(byId('counters'), {
    keyOf: ({ name }) => name,
    create: ({ name }) => {
      const label = element('dt');
      const count = element('dd', { 'data-counter': name });
      return { node: element('div', {}, label, count), label, count };
    },
    update: (row, { name, count }) => {
      setText(row.label, this.#words.say(`${name}Counter`));
      setText(row.count, count.toLocaleString(this.#words.language));
      row.node.classList.toggle('alarming', name === 'dropped' && count > 0);
    },
  });

  constructor(words) {
    this.#words = words;
  }

  show({ url, startedAt, now, seed, counters }) {
    setText(byId('url'), url);
    setText(byId('uptime'), this.#words.say('uptime', { time: duration(now - startedAt, this.#words), seed }));
    this.#counters.show(COUNTERS.map((name) => ({ name, count: counters[name] })));
  }
}
