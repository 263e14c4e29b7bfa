import { element, setText } from './elements.js';

/** For fields that the catalogue has no default for but needs. */
const SUGGESTIONS = { 'delay.ms': 1000, 'status.status': 500, 'code.code': 'ERROR_OVER_SPEED' };

/** How long a port is shut unless told otherwise. Never until it is switched off: the page itself comes in by that port. */
const REFUSE_FOR_MS = 5000;

const LISTS = {
  'code.code': 'answer-codes',
  'partly-accepted.code': 'answer-codes',
  'conflicting-reports.state': 'report-states',
  'stranger-reports.state': 'report-states',
};

/** The inputs of one kind of fault: its own fields, and under a disclosure which requests it meets. */
export class FaultForm {
  #definition;
  #words;
  #inputs = new Map();
  #labels = [];

  fields = element('div', { class: 'fields' });
  /** Which requests it meets, unfolded by the disclosure, which also says it in short. */
  conditions = element('div', { class: 'fields conditions', hidden: true });
  disclosure = element('button', {
    type: 'button',
    class: 'disclosure',
    'aria-expanded': 'false',
    click: () => this.#unfold(),
  });

  constructor(definition, words) {
    this.#definition = definition;
    this.#words = words;
    const { kind, fields, accepts, calls, meets } = definition;
    for (const [name, field] of Object.entries(fields)) {
      this.#add(this.fields, name, inputOf(kind, name, field), {
        text: name,
        title: `field.${kind}.${name}`,
        meaning: field.meaning,
      });
    }
    if (accepts === 'choice')
      this.#add(this.fields, 'accept', element('input', { type: 'checkbox' }), { word: 'accept' });

    const isPort = meets === 'port';
    if (!isPort) {
      for (const call of calls)
        this.#add(this.conditions, `on.${call}`, element('input', { type: 'checkbox', checked: true }), { text: call });
      this.#add(this.conditions, 'times', number({ min: 1 }), { word: 'times', placeholder: 'untilOff' });
      this.#add(this.conditions, 'skip', number({ min: 0, placeholder: 0 }), { word: 'skip' });
      this.#add(this.conditions, 'chance', number({ min: 0.000001, max: 1, step: 'any', placeholder: 1 }), {
        word: 'chance',
      });
    }
    this.#add(this.conditions, 'afterMs', number({ min: 0, placeholder: 0 }), { word: 'afterMs' });
    this.#add(
      this.conditions,
      'forMs',
      number(isPort ? { min: 0, value: REFUSE_FOR_MS, required: true } : { min: 0 }),
      {
        word: 'forMs',
        placeholder: 'untilOff',
      },
    );
    this.conditions.id = `conditions-${kind}`;
    this.disclosure.setAttribute('aria-controls', this.conditions.id);
    this.conditions.addEventListener('input', () => this.#summarise());
    this.relabel();
  }

  /** The order as it is filled in, `undefined` while an input is wrong; the browser then says which. */
  order() {
    const { kind, fields, accepts, calls, meets } = this.#definition;
    for (const { input } of this.#inputs.values()) {
      if (input.checkValidity()) continue;
      if (this.conditions.contains(input)) this.#unfold(true);
      input.reportValidity();
      return undefined;
    }
    const order = { kind };
    for (const [name, field] of Object.entries(fields)) {
      const { value } = this.#inputs.get(name).input;
      if (field.type === 'choice') order[name] = field.choices.find((choice) => String(choice) === value);
      else if (value !== '') order[name] = field.type === 'integer' ? Number(value) : value;
    }
    if (accepts === 'choice' && this.#isOn('accept')) order.accept = true;
    const on = calls.filter((call) => this.#isOn(`on.${call}`));
    if (on.length < calls.length) order.on = on;
    if (meets !== 'port') order.times = this.#number('times') ?? 'Infinity';
    for (const name of ['skip', 'chance', 'afterMs', 'forMs']) {
      const value = this.#number(name);
      if (value !== undefined) order[name] = value;
    }
    return order;
  }

  /** Shows an order that came from elsewhere. */
  fill(order) {
    const on = order.on === undefined ? this.#definition.calls : [order.on].flat();
    for (const [name, { input }] of this.#inputs) {
      if (name.startsWith('on.')) input.checked = on.includes(name.slice(3));
      else if (input.type === 'checkbox') input.checked = order[name] === true;
      else if (name === 'times') setValue(input, order.times ?? timesOf(order));
      else setValue(input, order[name]);
    }
    this.#summarise();
  }

  relabel() {
    for (const { label, word, title, meaning, input, placeholder } of this.#labels) {
      if (word) setText(label, this.#words.say(word));
      if (title) label.parentElement.title = this.#words.say(title, {}, meaning);
      if (placeholder) input.placeholder = this.#words.say(placeholder);
    }
    this.#summarise();
  }

  #unfold(isOpen = this.conditions.hidden) {
    this.conditions.hidden = !isOpen;
    this.disclosure.setAttribute('aria-expanded', String(isOpen));
  }

  #summarise() {
    const { calls } = this.#definition;
    const on = calls.filter((call) => this.#isOn(`on.${call}`));
    const say = (word, name) => {
      const value = this.#number(name);
      return value === undefined ? [] : [this.#words.say(word, { [name.endsWith('Ms') ? 'ms' : name]: value })];
    };
    const parts = [
      ...(on.length < calls.length ? [on.join(', ') || '–'] : []),
      ...say('whenTimes', 'times'),
      ...say('whenSkip', 'skip'),
      ...say('whenChance', 'chance'),
      ...say('whenAfter', 'afterMs'),
      ...say('whenFor', 'forMs'),
    ];
    const first = this.#inputs.get(`on.${calls[0]}`)?.input;
    first?.setCustomValidity(on.length === 0 ? this.#words.say('chooseCall') : '');
    setText(this.disclosure, parts.join(' · ') || this.#words.say('always'));
  }

  #add(parent, name, input, label) {
    const text = element('span', {}, label.text ?? '');
    input.name = name;
    const children = input.type === 'checkbox' ? [input, text] : [text, input];
    parent.append(element('label', {}, ...children));
    this.#inputs.set(name, { input });
    this.#labels.push({ ...label, label: text, input });
  }

  #isOn(name) {
    return this.#inputs.get(name).input.checked;
  }

  #number(name) {
    const text = this.#inputs.get(name)?.input.value ?? '';
    return text === '' ? undefined : Number(text);
  }
}

/** As many as come, where an order says when rather than how often. */
function timesOf({ chance, forMs }) {
  return chance === undefined && forMs === undefined ? 1 : 'Infinity';
}

/** `undefined` stands for the default; what has no end is left empty. */
function setValue(input, value) {
  if (value !== undefined) input.value = value === 'Infinity' ? '' : String(value);
  else if (input.options) input.selectedIndex = [...input.options].findIndex(({ defaultSelected }) => defaultSelected);
  else input.value = input.defaultValue;
}

function number(properties) {
  return element('input', { type: 'number', step: 1, ...properties });
}

function inputOf(kind, name, field) {
  const value = field.default ?? SUGGESTIONS[`${kind}.${name}`];
  switch (field.type) {
    case 'choice':
      return element(
        'select',
        {},
        ...field.choices.map((choice) => element('option', { selected: choice === value }, String(choice))),
      );
    case 'integer':
      return number({ min: field.min, max: field.max, value, required: field.required });
    default:
      return element('input', {
        type: 'text',
        value,
        required: field.required,
        size: 16,
        list: LISTS[`${kind}.${name}`],
      });
  }
}
