import { AccountsPanel } from './accounts-panel.js';
import { ConnectionLost, get, loadSnapshot, post, Refused, remove } from './control-calls.js';
import { byId, setText } from './elements.js';
import { FaultPanel } from './fault-panel.js';
import { FirstMessage } from './first-message.js';
import { maskMobile } from './format.js';
import { MessagesPanel } from './messages-panel.js';
import { OverviewPanel } from './overview-panel.js';
import { Poller } from './poller.js';
import { QueuePanel } from './queue-panel.js';
import { RequestsPanel } from './requests-panel.js';
import { ScenarioPanel } from './scenario-panel.js';
import { Words } from './words.js';

/** Entries of each list that the page shows. */
const LIMIT = 50;
const MESSAGE_MS = 6_000;

const words = new Words();
let panels;
let snapshot;
let isLost = false;
let isPortShut = false;
let hideMessage;

const poller = new Poller({
  load: async () => {
    panels ??= build(await get('/catalogue'));
    return await loadSnapshot(LIMIT);
  },
  show: (loaded) => {
    snapshot = loaded;
    if (isLost) tell(words.say('back'));
    setLost(false);
    render();
  },
  fail: (error) => {
    if (error instanceof ConnectionLost) setLost(true);
    else if (error instanceof Refused) warn(error.message);
    else throw error;
  },
});

start();

function start() {
  words.translate();
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => {
      words.language = button.dataset.language;
      relabel();
    });
  }
  byId('pause').addEventListener('click', () => {
    poller.isPaused = !poller.isPaused;
    relabel();
  });
  byId('reset').addEventListener('click', () => byId('reset-question').showModal());
  byId('reset-question').addEventListener('close', ({ target }) => {
    if (target.returnValue === 'reset') void act(() => post('/reset'), 'resetDone');
    target.returnValue = '';
  });
  relabel();
  void poller.now();
}

function build(catalogue) {
  const messages = new MessagesPanel({
    words,
    states: catalogue.reportStates,
    changed: () => render(),
    report: ({ imsId, mobile }, state) =>
      act(() => post('/reports', { imsId, state }), 'reported', { state, mobile: maskMobile(mobile) }),
  });
  const built = {
    overview: new OverviewPanel(words),
    accounts: new AccountsPanel({
      words,
      change: (order) => act(() => post('/accounts', order), 'accountChanged', { appId: order.appId }),
    }),
    firstMessage: new FirstMessage({ words, tell, warn }),
    requests: new RequestsPanel(words),
    messages,
    queue: new QueuePanel({
      words,
      mobileOf: (report) => messages.mobileOf(report),
      release: () => act(async () => ({ count: (await post('/reports/release')).released }), 'released'),
    }),
    faults: new FaultPanel({
      words,
      catalogue,
      turnOn: (order) => {
        isPortShut ||= order.kind === 'refuse';
        return act(() => post('/faults', order), 'switchedOn', { kind: order.kind });
      },
      turnOff: (kind, ids) => act(() => Promise.all(ids.map(removeFault)), 'switchedOff', { kind }),
      clear: () => act(() => remove('/faults'), 'faultsCleared'),
    }),
    scenario: new ScenarioPanel({
      words,
      play: (scenario) => act(() => post('/scenario', scenario), 'scenarioStarted', {}, { isErrorTold: false }),
      stop: (id) => act(() => removeFault(id), 'scenarioStopped', { id }),
    }),
  };
  words.translate();
  return built;
}

/** One that has ended by itself meanwhile is as good as removed. */
function removeFault(id) {
  return remove(`/faults/${id}`).catch((error) => {
    if (!(error instanceof Refused)) throw error;
  });
}

function render() {
  const { overview, accepted, handedOut, pending, requests } = snapshot;
  panels.overview.show(overview);
  panels.accounts.show(overview.accounts);
  panels.firstMessage.show(overview, accepted.length === 0);
  panels.messages.show(accepted, pending, handedOut);
  panels.requests.show(requests);
  panels.queue.show(pending, overview.now);
  panels.faults.show(overview.faults);
  panels.scenario.show(overview.faults);
}

/** Does something, shows what came of it, and says so. Resolves with what went wrong, if anything. */
async function act(carryOut, word, values = {}, { isErrorTold = true } = {}) {
  poller.hold();
  let answer;
  let failure;
  try {
    answer = await carryOut();
  } catch (error) {
    failure = error;
  }
  await poller.now();
  if (failure === undefined) {
    tell(words.say(word, { ...answer, ...values }));
    return undefined;
  }
  // That the connection is lost was seen by the poller just now, if it still is.
  if (failure instanceof ConnectionLost) return failure.message;
  if (!(failure instanceof Refused)) throw failure;
  if (isErrorTold) warn(failure.message);
  return failure.message;
}

function relabel() {
  words.translate();
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === words.language));
  }
  const pause = byId('pause');
  pause.setAttribute('aria-pressed', String(poller.isPaused));
  setText(pause, words.say(poller.isPaused ? 'resume' : 'pause'));
  panels?.faults.relabel();
  if (snapshot) render();
  if (isLost) setLost(true);
}

function setLost(lost) {
  isLost = lost;
  if (!lost) isPortShut = snapshot.overview.faults.some(({ order }) => order.kind === 'refuse');
  const banner = byId('lost');
  banner.hidden = !lost;
  setText(banner, lost ? words.say(isPortShut ? 'lostToRefuse' : 'lost') : '');
  document.body.classList.toggle('is-lost', lost);
}

function tell(text) {
  setMessage(text, '');
}

function warn(text) {
  setMessage('', text);
}

/** Two places, for a warning interrupts what a screen reader says and a message does not. */
function setMessage(said, warned) {
  clearTimeout(hideMessage);
  byId('says').textContent = said;
  byId('warns').textContent = warned;
  hideMessage = setTimeout(() => setMessage('', ''), MESSAGE_MS);
}
