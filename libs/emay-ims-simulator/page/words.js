import { FAULT_WORDS_ZH } from './fault-words-zh.js';
import { ENGLISH } from './words-en.js';
import { CHINESE } from './words-zh.js';

const STORED_AS = 'emay-ims-simulator.language';
const DICTIONARIES = { en: ENGLISH, zh: { ...CHINESE, ...FAULT_WORDS_ZH } };

/** What the page says, in the language chosen here before, else in the browser's. */
export class Words {
  #language = DICTIONARIES[remembered()] ? remembered() : navigator.language.startsWith('zh') ? 'zh' : 'en';

  get language() {
    return this.#language;
  }

  set language(language) {
    this.#language = language;
    try {
      localStorage.setItem(STORED_AS, language);
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
  }

  /** `{name}` in a text stands for a value. A text that has no translation, such as one of the catalogue, is given. */
  say(key, values = {}, otherwise = key) {
    const text = DICTIONARIES[this.#language][key] ?? otherwise;
    return text.replaceAll(/\{(\w+)\}/g, (_whole, name) => String(values[name]));
  }

  /** Writes every text that stands in the page from its beginning. */
  translate() {
    document.documentElement.lang = this.#language === 'zh' ? 'zh-CN' : 'en';
    document.title = this.say('title');
    for (const node of document.querySelectorAll('[data-word]')) node.textContent = this.say(node.dataset.word);
    for (const node of document.querySelectorAll('[data-word-label]')) {
      node.setAttribute('aria-label', this.say(node.dataset.wordLabel));
    }
  }
}

function remembered() {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}
