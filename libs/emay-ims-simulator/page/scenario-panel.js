import { byId, element, setText } from './elements.js';
import { KeyedRows } from './keyed-rows.js';

const EXAMPLE = {
  steps: [{ pass: 2 }, { kind: 'reset-after', on: 'sendBatchIMS' }, { kind: 'status', status: 503, times: 3 }],
  repeat: false,
};

/** A box for a script of faults, and those that run. */
export class ScenarioPanel {
  #words;
  #error = byId('scenario-error');
  #rows;

  /** `play(scenario)` resolves with the sentence of what is wrong with it, or with nothing. */
  constructor({ words, play, stop }) {
    this.#words = words;
    const text = byId('scenario-text');
    byId('scenario-example').addEventListener('click', () => {
      text.value = JSON.stringify(EXAMPLE, null, 2);
      text.focus();
    });
    byId('scenario-form').addEventListener('submit', async (event) => {
      event.preventDefault();
      setText(this.#error, '');
      setText(this.#error, (await this.#play(text.value, play)) ?? '');
    });
    this.#rows = new KeyedRows(byId('running-scenarios'), {
      keyOf: ({ id }) => id,
      create: ({ id }) => {
        const label = element('span');
        const click = () => {
          // Its row is about to go: the focus must not go with it.
          byId('scenario-start').focus();
          void stop(id);
        };
        const button = element('button', { type: 'button', click });
        return { node: element('li', {}, label, button), label, button };
      },
      update: (row, { id, remaining, met }) => {
        const key = remaining === 'Infinity' ? 'scenarioRepeats' : 'scenarioRuns';
        setText(row.label, words.say(key, { id, left: remaining, met }));
        setText(row.button, words.say('stop'));
      },
    });
  }

  show(faults) {
    this.#rows.show(faults.filter(({ order }) => 'steps' in order));
  }

  async #play(text, play) {
    let scenario;
    try {
      scenario = JSON.parse(text);
    } catch (error) {
      return this.#words.say('noJson', { error: error.message });
    }
    return await play(scenario);
  }
}
