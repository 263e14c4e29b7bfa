import { me } from '../api/session.js';
import { settings } from '../api/settings.js';
import { useStore } from '../api/store.js';
import { en, type Words } from './en.js';
import { zh } from './zh.js';

export type Language = 'en' | 'zh';

export const languages: Record<Language, Words> = { en, zh };

/** The choice, else what the server says, else what the browser asks for. */
export function languageOf(chosen: Language | null, told: Language | null | undefined): Language {
  if (chosen ?? told) return (chosen ?? told)!;
  return navigator.languages.some((language) => language.startsWith('zh')) ? 'zh' : 'en';
}

export function useLanguage(): Language {
  return languageOf(useStore(settings).language, useStore(me)?.language);
}

export function useWords(): Words {
  return languages[useLanguage()];
}
