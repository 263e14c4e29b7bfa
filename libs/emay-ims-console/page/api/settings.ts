import { Store } from './store.js';

/** What somebody set for the own eyes; kept in the browser. */
export interface Settings {
  /** `null`: as the server or the browser says. */
  readonly language: 'en' | 'zh' | null;
  readonly zone: 'local' | 'utc';
  readonly theme: 'system' | 'light' | 'dark';
}

const NAME = 'emay-ims-console';
const DEFAULTS: Settings = { language: null, zone: 'local', theme: 'system' };

function load(): Settings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Settings>) };
  } catch {
    return DEFAULTS; // Storage is forbidden, or holds something else: the defaults serve as well.
  }
}

export const settings = new Store<Settings>(load());
/** Nothing refreshes by itself. */
export const isPaused = new Store(false);

export function change(changes: Partial<Settings>): void {
  settings.set({ ...settings.value, ...changes });
  try {
    localStorage.setItem(NAME, JSON.stringify(settings.value));
  } catch {
    // Storage is forbidden: the choice holds until the page is closed.
  }
}

function applyTheme(): void {
  const { theme } = settings.value;
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
applyTheme();
settings.follow(applyTheme);
