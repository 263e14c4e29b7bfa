import { byId, element, setChip, setText } from './elements.js';
import { duration, toneOfState } from './format.js';
import { KeyedRows } from './keyed-rows.js';

/** The reports that nobody fetched yet, next due first. */
export class QueuePanel {
  #words;
  #mobileOf;
  #rows = new KeyedRows(byId('report-rows'), {
    keyOf: ({ index }) => index,
    create: () => {
      const [due, state, mobile] = [cell('due'), element('span'), element('code')];
      return { node: element('tr', { role: 'row' }, due, cell('', state), cell('', mobile)), due, state, mobile };
    },
    update: (row, { state = '', mobile, dueIn }) => {
      setText(
        row.due,
        dueIn <= 0 ? this.#words.say('dueNow') : this.#words.say('dueIn', { time: duration(dueIn, this.#words) }),
      );
      setChip(row.state, state || this.#words.say('unnamed'), toneOfState(state));
      setText(row.mobile, mobile === undefined ? '' : this.#mobileOf({ mobile }));
    },
  });

  constructor({ words, mobileOf, release }) {
    this.#words = words;
    this.#mobileOf = mobileOf;
    byId('release').addEventListener('click', release);
  }

  show(pending, now) {
    byId('no-reports').hidden = pending.length > 0;
    byId('release').disabled = pending.length === 0;
    document.querySelector('table.queue').hidden = pending.length === 0;
    // A report has no name of its own: rows go by place.
    this.#rows.show(pending.map((report, index) => ({ ...report, index, dueIn: report.dueAt - now })));
  }
}

function cell(name, ...children) {
  return element('td', { role: 'cell', class: name }, ...children);
}
