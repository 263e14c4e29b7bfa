const PATHS = {
  overview: 'M2 13V8.500h3V13zM6.5 13V3h3v10zM11 13V6h3v7z',
  messages: 'M2 3.500h12v8H7.500L4.5 14v-2.500H2z',
  doubts: 'M8 1.500L14.5 8 8 14.5 1.5 8zM6.4 6.500a1.7 1.7 0 1 1 2.3 1.600c-.5.2-.7.5-.7 1.100M8 11v.1',
  reports: 'M3.5 2h6l3 3v9h-9zM9.5 2v3h3M5.8 8.500h4.400M5.8 11h4.4',
  countries: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM2 8h12M8 2c3.4 3.6 3.4 8.4 0 12M8 2c-3.4 3.6-3.4 8.4 0 12',
  events: 'M9 1.800L3.5 9H8l-1 5.200L12.5 7H8z',
  account: 'M8 2.500a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.600M2.8 14c.3-3 2.4-4.4 5.2-4.400s4.9 1.4 5.2 4.4',
  audit: 'M3 2.500h10v11H3zM5.5 6h5M5.5 8.500h5M5.5 11h3',
  more: 'M3 8h.100M8 8h.100M13 8h.1',
  search: 'M7 2.500a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.3 10.300L14 14',
  settings: 'M2 4.500h6M11 4.500h3M2 11.500h3M8 11.500h6M9.5 3v3M6.5 10v3',
  pause: 'M5.5 3.500v9M10.5 3.500v9',
  play: 'M5 3l8 5-8 5z',
  panel: 'M2.5 3h11v10h-11zM6 3v10',
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.5h-2.5',
  close: 'M3.5 3.500l9 9M12.5 3.500l-9 9',
  back: 'M9.5 3.500L5 8l4.5 4.5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
