/** Keeps what tells two numbers apart and hides the middle, as the command line does: `006142****000`. */
export function maskMobile(mobile) {
  if (mobile.length < 10) return '*'.repeat(mobile.length);
  return `${mobile.slice(0, 6)}****${mobile.slice(-3)}`;
}

/** The time of day in the browser's zone. */
export function timeOfDay(instant) {
  const date = new Date(instant);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Two units at most: `1.2 s`, `48 s`, `3 min 20 s`, `2 d 4 h`. */
export function duration(milliseconds, words) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} ${words.say('second')}`;
  const whole = Math.floor(seconds);
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ];
  const first = units.findIndex(([size]) => whole >= size);
  const parts = units
    .slice(first, first + 2)
    .map(([size, name], index) => [
      index === 0 ? Math.floor(whole / size) : Math.floor((whole % units[first][0]) / size),
      name,
    ]);
  return parts
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, name]) => `${count} ${words.say(name)}`)
    .join(' ');
}

/** What a report's state means for the sender. */
export function toneOfState(state) {
  if (state === 'DELIVRD') return 'good';
  return state === 'TIMEOUT' ? 'warn' : 'bad';
}
