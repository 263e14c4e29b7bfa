import { byId, element, setChip, setText } from './elements.js';
import { maskMobile, timeOfDay, toneOfState } from './format.js';
import { KeyedRows } from './keyed-rows.js';

const OTHER = '';

/** The newest messages, what became of each, and a form to report as the carrier. Numbers and texts only when asked for. */
export class MessagesPanel {
  #words;
  #report;
  #states;
  #fullNumbers = byId('full-numbers');
  #texts = byId('texts');
  #rows = new KeyedRows(byId('message-rows'), {
    keyOf: ({ imsId }) => imsId,
    create: (message) => this.#createRow(message),
    update: (row, message) => this.#updateRow(row, message),
  });

  /**
   * `report(message, state)` puts a report into the queue; `states` are the documented ones; `changed()` is called when
   * more or less is to be shown.
   */
  constructor({ words, states, report, changed }) {
    this.#words = words;
    this.#states = Object.entries(states);
    this.#report = report;
    for (const toggle of [this.#fullNumbers, this.#texts]) {
      toggle.addEventListener('change', changed);
    }
  }

  show(accepted, pending, handedOut) {
    const chipsOf = new Map();
    // Oldest first within a message: the lists are newest first, and what waits comes after what has gone.
    const reports = [
      ...handedOut.toReversed().map((report) => [report, 'wasHandedOut']),
      ...pending.map((report) => [report, 'waits']),
    ];
    for (const [{ imsId, state }, phase] of reports) {
      if (imsId === undefined) continue;
      chipsOf.set(imsId, [...(chipsOf.get(imsId) ?? []), { state, phase }]);
    }
    byId('no-messages').hidden = accepted.length > 0;
    document.querySelector('table.messages').hidden = accepted.length === 0;
    this.#rows.show(accepted.map((message) => ({ ...message, reports: chipsOf.get(message.imsId) ?? [] })));
  }

  mobileOf({ mobile }) {
    return this.#fullNumbers.checked ? mobile : maskMobile(mobile);
  }

  #createRow(message) {
    const [mobile, text] = [element('code', { class: 'mobile' }), element('p', { class: 'text' })];
    const reports = cell('reports');
    const select = element(
      'select',
      {},
      ...this.#states.map(([state]) => element('option', { value: state }, state)),
      element('option', { value: OTHER }),
    );
    const other = element('input', {
      type: 'text',
      size: 14,
      maxlength: 64,
      required: true,
      hidden: true,
      disabled: true,
    });
    const button = element('button', { type: 'submit' });
    select.addEventListener('change', () => {
      other.hidden = other.disabled = select.value !== OTHER;
      if (!other.hidden) other.focus();
    });
    const form = element('form', { class: 'operate' }, select, other, button);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#report(message, select.value === OTHER ? other.value : select.value);
    });
    const time = element(
      'time',
      { datetime: new Date(message.acceptedAt).toISOString() },
      timeOfDay(message.acceptedAt),
    );
    const ids = element(
      'small',
      { class: 'ids' },
      message.customImsId ?? '',
      ' ',
      element('span', { class: 'ims-id' }, message.imsId),
    );
    const node = element(
      'tr',
      { role: 'row' },
      cell('when', time, element('small', {}, message.call)),
      cell('who', mobile, ids, text),
      reports,
      cell('action', form),
    );
    return { node, mobile, text, reports, select, other, button, chips: new KeyedRows(reports, CHIPS(this.#words)) };
  }

  #updateRow(row, message) {
    const { imsId, content, reports } = message;
    setText(row.mobile, this.mobileOf(message));
    setText(row.text, this.#texts.checked ? content : '');
    row.text.hidden = !this.#texts.checked;
    row.chips.show(reports.map((report, index) => ({ ...report, index })));
    row.select.setAttribute('aria-label', this.#words.say('stateToReport', { imsId }));
    row.other.setAttribute('aria-label', this.#words.say('otherStateLabel'));
    setText(row.select.lastElementChild, this.#words.say('otherState'));
    setText(row.button, this.#words.say('report'));
  }
}

const CHIPS = (words) => ({
  keyOf: ({ index }) => index,
  create: () => ({ node: element('span') }),
  update: ({ node }, { state = '', phase }) => {
    const name = state || words.say('unnamed');
    setChip(node, name, `${toneOfState(state)} ${phase === 'waits' ? 'waits' : 'gone'}`);
    node.title = words.say(phase, { state: name });
    node.setAttribute('aria-label', node.title);
  },
});

function cell(name, ...children) {
  return element('td', { role: 'cell', class: name }, ...children);
}
