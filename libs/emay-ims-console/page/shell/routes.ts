import type { ComponentType } from 'preact';
import type { IconName } from '../parts/icons.js';
import type { Words } from '../words/en.js';
import { AccountPage } from '../pages/account.js';
import { AuditPage } from '../pages/audit.js';
import { CountriesPage } from '../pages/countries.js';
import { CountryPage } from '../pages/country.js';
import { DoubtsPage } from '../pages/doubts.js';
import { EventsPage } from '../pages/events.js';
import { MessagePage } from '../pages/message.js';
import { MessagesPage } from '../pages/messages.js';
import { NotFoundPage } from '../pages/not-found.js';
import { OverviewPage } from '../pages/overview.js';
import { ReportsPage } from '../pages/reports.js';

export interface PageProps {
  segments: readonly string[];
}

export const SECTIONS = [
  'overview',
  'messages',
  'doubts',
  'reports',
  'countries',
  'events',
  'account',
  'audit',
] as const;
export type Section = (typeof SECTIONS)[number] & IconName;

interface Route {
  section: Section | null;
  title: (words: Words) => string;
  component: ComponentType<PageProps>;
}

const LISTS: Record<Section, ComponentType<PageProps>> = {
  overview: OverviewPage,
  messages: MessagesPage,
  doubts: DoubtsPage,
  reports: ReportsPage,
  countries: CountriesPage,
  events: EventsPage,
  account: AccountPage,
  audit: AuditPage,
};
const DETAILS: Partial<Record<Section, ComponentType<PageProps>>> = { messages: MessagePage, countries: CountryPage };

/** Which page an address means. The mount itself is the overview. */
export function pageOf([first = 'overview', second, ...rest]: readonly string[]): Route {
  const section = SECTIONS.find((name) => name === first);
  const component = section && rest.length === 0 ? (second === undefined ? LISTS : DETAILS)[section] : undefined;
  if (!section || !component) return { section: null, title: (words) => words.notFound.title, component: NotFoundPage };
  return { section, title: (words) => words.nav[section], component };
}
