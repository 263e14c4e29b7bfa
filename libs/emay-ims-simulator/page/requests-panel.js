import { byId, element, setChip, setText } from './elements.js';
import { timeOfDay } from './format.js';
import { KeyedRows } from './keyed-rows.js';

/** The newest requests to the gateway, and what each was answered. */
export class RequestsPanel {
  #words;
  #rows = new KeyedRows(byId('request-rows'), {
    keyOf: ({ requestId }) => requestId,
    create: ({ call, transport, method, path, receivedAt }) => {
      const [answer, fault] = [element('span'), element('span')];
      const [taken, finished] = [cell({ class: 'number' }), cell({ class: 'sent' })];
      const time = element('time', { datetime: new Date(receivedAt).toISOString() }, timeOfDay(receivedAt));
      const node = element(
        'tr',
        { role: 'row' },
        cell({}, time),
        cell(
          { class: call ? 'call' : 'path' },
          call ? (transport === 'secure' ? `secure ${call}` : call) : `${method} ${path}`,
        ),
        cell({}, answer),
        cell({}, fault),
        taken,
        finished,
      );
      return { node, answer, fault, taken, finished };
    },
    update: (row, request) => {
      const [text, tone] = answerOf(request, this.#words);
      setChip(row.answer, text, tone);
      setChip(row.fault, request.fault ?? '', 'warn');
      setText(row.taken, takenOf(request));
      setText(row.finished, request.finished ? '✓' : '✗');
      row.finished.classList.toggle('cut', !request.finished);
      row.finished.setAttribute('aria-label', this.#words.say(request.finished ? 'isFinished' : 'isNotFinished'));
      row.finished.title = row.finished.getAttribute('aria-label');
    },
  });

  constructor(words) {
    this.#words = words;
  }

  show(requests) {
    byId('no-requests').hidden = requests.length > 0;
    document.querySelector('table.requests').hidden = requests.length === 0;
    this.#rows.show(requests);
  }
}

function cell(properties, ...children) {
  return element('td', { role: 'cell', ...properties }, ...children);
}

function answerOf({ status, code }, words) {
  if (status === undefined) return [words.say('noAnswer'), 'dim'];
  if (status !== 200) return [`HTTP ${status}`, 'bad'];
  if (code === undefined) return ['HTTP 200', 'warn'];
  return [code, code === 'SUCCESS' ? 'good' : 'bad'];
}

function takenOf({ call, taken, recipients }) {
  if (call === undefined) return '';
  if (call === 'getIMSReport') return String(taken);
  return `${taken}/${recipients}`;
}
