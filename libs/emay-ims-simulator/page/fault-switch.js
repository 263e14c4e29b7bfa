import { element, setText } from './elements.js';
import { FaultForm } from './fault-form.js';

/** One kind of fault. The switch shows what the simulator says, never what was merely asked for. */
export class FaultSwitch {
  #definition;
  #words;
  #form;
  #ids = [];
  #meaning = element('p', { class: 'meaning' });
  #status = element('span', { class: 'chip warn', hidden: true });
  #inputs;
  #button;

  constructor({ definition, words, turnOn, turnOff }) {
    const { kind } = definition;
    this.#definition = definition;
    this.#words = words;
    this.#form = new FaultForm(definition, words);
    this.#meaning.id = `meaning-${kind}`;
    this.#inputs = element('fieldset', {}, this.#form.fields, this.#form.conditions);
    const name = element('span', { class: 'kind', id: `kind-${kind}` }, kind);
    this.#button = element('button', {
      type: 'button',
      role: 'switch',
      class: 'switch',
      'aria-checked': 'false',
      'aria-labelledby': name.id,
      'aria-describedby': this.#meaning.id,
      click: async () => {
        if (this.#button.getAttribute('aria-busy') === 'true') return;
        const order = this.isOn ? undefined : this.#form.order();
        if (!this.isOn && !order) return;
        this.#button.setAttribute('aria-busy', 'true');
        await (order ? turnOn(order) : turnOff(kind, this.#ids));
        this.#button.removeAttribute('aria-busy');
      },
    });
    const head = element('div', { class: 'fault-head' }, this.#button, name, this.#status, this.#form.disclosure);
    this.node = element('div', { class: 'fault', 'data-kind': kind }, head, this.#meaning, this.#inputs);
    this.relabel();
  }

  get kind() {
    return this.#definition.kind;
  }

  get isOn() {
    return this.#ids.length > 0;
  }

  /** `injected`: those of this kind that the simulator has. */
  show(injected) {
    const ids = injected.map(({ id }) => id);
    const isNew = ids.join() !== this.#ids.join();
    this.#ids = ids;
    if (isNew) {
      this.#button.setAttribute('aria-checked', String(this.isOn));
      this.node.classList.toggle('on', this.isOn);
      this.#inputs.disabled = this.isOn;
      if (this.isOn) this.#form.fill(injected.at(-1).order);
    }
    this.#status.hidden = !this.isOn;
    setText(this.#status, this.isOn ? this.#statusOf(injected) : '');
  }

  relabel() {
    const { kind, meaning, accepts } = this.#definition;
    // The catalogue marks the names of fields as Markdown does.
    const parts = this.#words.say(`fault.${kind}`, {}, meaning).split('`');
    this.#meaning.replaceChildren(...parts.map((part, index) => (index % 2 ? element('code', {}, part) : part)));
    if (accepts === 'no') this.#meaning.append(' · ', this.#words.say('nothingAccepted'));
    this.#form.relabel();
  }

  #statusOf(injected) {
    if (this.#definition.meets === 'port') return this.#words.say('shut');
    const met = injected.reduce((sum, fault) => sum + fault.met, 0);
    if (injected.some(({ remaining }) => remaining === 'Infinity')) return this.#words.say('met', { met });
    return this.#words.say('metLeft', { met, left: injected.reduce((sum, { remaining }) => sum + remaining, 0) });
  }
}
