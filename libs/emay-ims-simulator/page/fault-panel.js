import { byId, element, setText } from './elements.js';
import { FaultSwitch } from './fault-switch.js';

const GROUPS = {
  groupConnection: ['refuse', 'reset-before', 'reset-after', 'hang', 'delay', 'drip', 'truncate'],
  groupAnswer: [
    'html',
    'status',
    'code',
    'result-header',
    'partly-accepted',
    'redirect',
    'oversize',
    'gzip',
    'encoded',
    'compressed-bomb',
    'wrongly-sealed',
  ],
  groupEntries: [
    'missing-entries',
    'reordered-entries',
    'stranger-entries',
    'untrue-entries',
    'numeric-ids',
    'clock-skew',
    'returned-page',
    'odd-reports',
    'malformed-reports',
    'absurd-page',
  ],
  groupReports: [
    'duplicate-reports',
    'late-reports',
    'early-reports',
    'lost-reports',
    'conflicting-reports',
    'stranger-reports',
    'wrongly-pushed',
  ],
};

/** A switch for each kind of fault in the catalogue. */
export class FaultPanel {
  #switches;

  /** `turnOn(order)` and `turnOff(kind, ids)` resolve when the simulator has answered. */
  constructor({ words, catalogue, turnOn, turnOff, clear }) {
    this.#switches = catalogue.faults.map((definition) => new FaultSwitch({ definition, words, turnOn, turnOff }));
    const named = new Set(Object.values(GROUPS).flat());
    const others = catalogue.faults.map(({ kind }) => kind).filter((kind) => !named.has(kind));
    for (const [title, kinds] of Object.entries({ ...GROUPS, groupOther: others })) {
      const members = kinds.flatMap((kind) => this.#switches.filter((member) => member.kind === kind));
      if (members.length === 0) continue;
      byId('fault-groups').append(
        element('div', {}, element('h3', { 'data-word': title }), ...members.map(({ node }) => node)),
      );
    }
    document.body.append(
      choices('answer-codes', [...Object.keys(catalogue.answerCodes), ...catalogue.seenElsewhere.answerCodes]),
      choices('report-states', [...Object.keys(catalogue.reportStates), ...catalogue.seenElsewhere.reportStates]),
    );
    byId('clear-faults').addEventListener('click', clear);
  }

  /** Scenarios are shown elsewhere; here they count among what is on. */
  show(faults) {
    for (const member of this.#switches) member.show(faults.filter(({ order }) => order.kind === member.kind));
    const count = byId('faults-on');
    count.hidden = faults.length === 0;
    setText(count, String(faults.length));
    byId('clear-faults').disabled = faults.length === 0;
  }

  relabel() {
    for (const member of this.#switches) member.relabel();
  }
}

function choices(id, values) {
  return element('datalist', { id }, ...values.map((value) => element('option', { value })));
}
