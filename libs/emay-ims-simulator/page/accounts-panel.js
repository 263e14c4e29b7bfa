import { byId, element, setText } from './elements.js';
import { KeyedRows } from './keyed-rows.js';

const ROUTES = { pulled: 'routePulled', held: 'routeHeld', pushed: 'routePushed' };
const HINTS = { outOfBalance: 'outOfBalanceHint', reports: 'reportsHint', poisoned: 'poisonedHint', push: 'pushHint' };

/** For whom the simulator is, and what is switched on or off at each account. */
export class AccountsPanel {
  #words;
  #change;
  #rows = new KeyedRows(byId('account-rows'), {
    keyOf: ({ appId }) => appId,
    create: ({ appId }) => this.#create(appId),
    update: (row, { allowedIps, pending, outOfBalance, reports, poisoned, push }) => {
      setText(row.allowed, allowedIps.join(', ') || this.#words.say('anyAddress'));
      setText(row.pending, pending.toLocaleString(this.#words.language));
      row.outOfBalance.checked = outOfBalance;
      row.poisoned.checked = poisoned;
      // Whoever writes an address must not lose it; what stands behind its host is never told.
      if (document.activeElement !== row.push) row.push.value = push?.url ?? '';
      if (row.reports.value !== reports) row.reports.value = reports;
      for (const option of row.reports.options) setText(option, this.#words.say(ROUTES[option.value]));
      for (const [name, hint] of Object.entries(HINTS)) row[name].title = this.#words.say(hint);
    },
  });

  /** `change(order)` resolves when the simulator has answered. */
  constructor({ words, change }) {
    this.#words = words;
    this.#change = change;
  }

  show(accounts) {
    this.#rows.show(accounts);
  }

  #create(appId) {
    const [allowed, pending] = [element('td'), element('td', { class: 'number' })];
    const box = (name) =>
      element('input', {
        type: 'checkbox',
        name,
        'aria-label': `${appId} ${name}`,
        change: ({ target }) => void this.#change({ appId, [name]: target.checked }),
      });
    const [outOfBalance, poisoned] = [box('outOfBalance'), box('poisoned')];
    const reports = element(
      'select',
      {
        name: 'reports',
        'aria-label': `${appId} reports`,
        change: ({ target }) => void this.#change({ appId, reports: target.value }),
      },
      ...Object.keys(ROUTES).map((value) => element('option', { value }, value)),
    );
    const push = element('input', {
      type: 'url',
      name: 'push',
      placeholder: 'http://127.0.0.1:3000/push',
      'aria-label': `${appId} push`,
      change: ({ target }) => void this.#change({ appId, push: target.value === '' ? null : { url: target.value } }),
    });
    const cells = [outOfBalance, reports, poisoned, push].map((input) => element('td', {}, input));
    const node = element('tr', {}, element('td', {}, element('code', {}, appId)), allowed, pending, ...cells);
    return { node, allowed, pending, outOfBalance, reports, poisoned, push };
  }
}
