import { beforeEach, describe, expect, it } from '@jest/globals';
import { JsonOutput } from './command-line/json-output.js';
import { type LiveOutput, TICK_MS, type Watched } from './command-line/live-output.js';
import { TextOutput } from './command-line/text-output.js';
import type { InjectedFault } from './faults/fault-plan.js';
import type { ReceivedRequest } from './oracle/records.js';
import { FakeTerminal } from './testing/fake-terminal.js';
import { parsed } from './testing/gateway-caller.js';

const ESCAPE = '\u001B';
const ERASE = `\r${ESCAPE}[2K`;

const request = (fields: Partial<ReceivedRequest> = {}): ReceivedRequest => ({
  requestId: 'r-1',
  method: 'POST',
  path: '/inter/sendSingleIMS',
  call: 'sendSingleIMS',
  bytes: 10,
  complete: true,
  receivedAt: Date.UTC(2026, 2, 15, 4),
  recipients: 1,
  firstMobile: '0061422118000',
  taken: 1,
  status: 200,
  code: 'SUCCESS',
  finished: true,
  ...fields,
});

const LINE = '04:00:00.000  sendSingleIMS  SUCCESS  006142****000, 1 accepted';

let counters: ReturnType<Watched['counters']>;
let faults: InjectedFault[];
const watched: Watched = { counters: () => counters, faults: () => faults };

beforeEach(() => {
  counters = {
    requests: 0,
    accepted: 0,
    handedOut: 0,
    pushedElsewhere: 0,
    pushed: 0,
    acknowledged: 0,
    givenUp: 0,
    pending: 0,
    dropped: 0,
  };
  faults = [];
});

function start<T extends LiveOutput>(terminal: FakeTerminal, create: (terminal: FakeTerminal) => T): T {
  const live = create(terminal);
  live.tick();
  terminal.every(TICK_MS, () => live.tick());
  return live;
}

const text = (terminal: FakeTerminal) => start(terminal, () => new TextOutput(watched, terminal));

const injected = (id: string, met = 0): InjectedFault => ({
  id,
  order: { kind: 'hang', on: ['sendBatchIMS', 'sendSingleIMS'], chance: 0.5 },
  remaining: 1,
  met,
  remove: () => {},
});

describe('text into a pipe or a file', () => {
  it('is a line for each request, up to fifty a second, and a summary of the others once the second is over', () => {
    const terminal = new FakeTerminal();
    const live = text(terminal);
    for (let index = 0; index < 1000; index++)
      live.request(request({ code: index % 100 === 99 ? 'ERROR_SIGN' : 'SUCCESS' }));
    expect(terminal.lines).toEqual(Array(50).fill(LINE));
    terminal.take();
    terminal.pass(999);
    expect(terminal.text).toBe('');
    terminal.pass(1);
    expect(terminal.text).toBe('... 950 more requests in this second: 940 SUCCESS, 10 ERROR_SIGN\n');
    live.request(request());
    expect(terminal.lines).toHaveLength(2);
  });

  it('sums up before the next line, without waiting for a tick, and at the end', () => {
    const terminal = new FakeTerminal();
    const live = new TextOutput(watched, terminal);
    for (let index = 0; index < 51; index++) live.request(request());
    terminal.pass(1000);
    for (let index = 0; index < 52; index++)
      live.request(request({ finished: false, code: undefined, status: undefined }));
    live.end();
    expect(terminal.lines[50]).toBe('... 1 more request in this second: 1 SUCCESS');
    expect(terminal.lines.at(-1)).toBe('... 2 more requests in this second: 2 no answer');
    expect(terminal.lines).toHaveLength(102);
  });

  it('names the five commonest outcomes', () => {
    const terminal = new FakeTerminal();
    const live = text(terminal);
    for (let index = 0; index < 50; index++) live.request(request());
    for (const code of ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'G']) live.request(request({ code }));
    live.end();
    expect(terminal.lines.at(-1)).toBe('... 8 more requests in this second: 2 G, 1 A, 1 B, 1 C, 1 D, 2 others');
  });

  it('has the counters every ten seconds in which something happened', () => {
    const terminal = new FakeTerminal();
    text(terminal);
    terminal.pass(20_000);
    expect(terminal.text).toBe('');
    counters = {
      requests: 1234,
      accepted: 370_200,
      handedOut: 369_200,
      pushedElsewhere: 0,
      pushed: 0,
      acknowledged: 0,
      givenUp: 0,
      pending: 1000,
      dropped: 7,
    };
    terminal.pass(10_000);
    expect(terminal.take()).toBe(
      '04:00:30.000  requests 1,234 (123/s)  messages 370,200  reports 1,000 waiting, 369,200 handed out  faults 0  dropped 7\n',
    );
    terminal.pass(20_000);
    expect(terminal.text).toBe('');
    counters = { ...counters, pending: 0 };
    terminal.pass(10_000);
    expect(terminal.text).toContain('reports 0 waiting');
  });

  it('tells of faults as they are injected and when they are over', () => {
    const terminal = new FakeTerminal();
    faults = [injected('1')];
    const live = text(terminal);
    expect(terminal.take()).toBe('fault 1 waits: hang,on=sendBatchIMS+sendSingleIMS,chance=0.5\n');
    faults = [{ ...injected('2'), order: { steps: [{ pass: 1 }, { kind: 'hang' }], repeat: true } }];
    terminal.pass(TICK_MS);
    expect(terminal.take()).toBe(
      'fault 1 is over after 0 requests: hang,on=sendBatchIMS+sendSingleIMS,chance=0.5\nfault 2 waits: scenario of 2 steps, repeated\n',
    );
    faults = [];
    live.request(request({ fault: 'hang' }));
    expect(terminal.lines[0]).toContain('[fault hang]');
    expect(terminal.lines[1]).toContain('fault 2 is over');
  });

  it('lets no control character through', () => {
    const terminal = new FakeTerminal();
    const live = text(terminal);
    const evil = `${ESCAPE}[2J\u009B`;
    live.request(request({ firstMobile: `${evil}00614221`, code: evil }));
    live.request(request({ call: undefined, method: 'GET', path: `/${evil}` }));
    for (let index = 0; index < 60; index++) live.request(request({ code: evil }));
    faults = [{ ...injected('1'), order: { kind: 'code', code: evil } }];
    terminal.pass(1000);
    expect(terminal.text).toContain('?[2J');
    expect(terminal.text).toMatch(/^[ -~\n]*$/);
  });

  it('leaves lines out while nobody reads, and says how many', () => {
    const terminal = new FakeTerminal();
    const live = text(terminal);
    live.request(request());
    terminal.out.backlog = 2 ** 20 + 1;
    live.request(request());
    live.request(request());
    terminal.pass(TICK_MS);
    expect(terminal.lines).toHaveLength(1);
    terminal.out.backlog = 0;
    terminal.pass(TICK_MS);
    live.request(request());
    expect(terminal.lines).toEqual([LINE, '... 2 lines left out, as nobody read them', LINE]);
  });
});

describe('text on a screen', () => {
  const BOTTOM = 'requests 0 (0/s)  messages 0  reports 0 waiting, 0 handed out  faults 0  dropped 0';

  it('keeps the counters on the last line and moves the others up', () => {
    const terminal = new FakeTerminal({ isScreen: true, columns: 100 });
    const live = text(terminal);
    expect(terminal.take()).toBe(BOTTOM);
    terminal.pass(TICK_MS);
    live.request(request());
    expect(terminal.take()).toBe(`${ERASE}${LINE}\n${BOTTOM}`);
    counters = { ...counters, requests: 1 };
    terminal.pass(TICK_MS);
    expect(terminal.take()).toBe(`${ERASE}${BOTTOM.replace('requests 0', 'requests 1')}`);
    live.end();
    expect(terminal.take()).toBe(ERASE);
  });

  it('is written to at most four times a second, and not at all when there is nothing new', () => {
    const terminal = new FakeTerminal({ isScreen: true });
    const live = text(terminal);
    let writes = 0;
    const { write } = terminal.out;
    terminal.out.write = (written) => {
      writes++;
      write(written);
    };
    for (let millisecond = 0; millisecond < 1000; millisecond++) {
      counters = { ...counters, requests: counters.requests + 1 };
      live.request(request());
      terminal.pass(1);
    }
    expect(writes).toBe(4);
    terminal.pass(2000);
    const before = writes;
    terminal.pass(5000);
    expect(writes).toBe(before);
    expect(terminal.text.split(LINE)).toHaveLength(51);
    expect(terminal.text).toContain('... 950 more requests in this second: 950 SUCCESS\n');
  });

  it('measures requests a second', () => {
    const terminal = new FakeTerminal({ isScreen: true });
    text(terminal);
    for (let tick = 0; tick < 8; tick++) {
      counters = { ...counters, requests: counters.requests + 100 };
      terminal.pass(TICK_MS);
    }
    expect(terminal.text).toContain('requests 800 (400/s)');
    counters = { ...counters, requests: 0 };
    terminal.pass(1000);
    expect(terminal.text).toContain('requests 0 (0/s)');
  });

  it.each([40, 1])('is never wider than %d columns', (columns) => {
    const terminal = new FakeTerminal({ isScreen: true, columns });
    text(terminal);
    expect(terminal.text).toBe(BOTTOM.slice(0, columns - 1));
  });
});

describe('JSON lines', () => {
  const json = (terminal: FakeTerminal) => start(terminal, () => new JsonOutput(watched, terminal));
  const objects = (terminal: FakeTerminal) => terminal.lines.map((line) => parsed<Record<string, unknown>>(line));

  it('are complete, with masked numbers', () => {
    const terminal = new FakeTerminal();
    const live = json(terminal);
    for (let index = 0; index < 1000; index++) live.request(request());
    expect(objects(terminal)).toEqual(
      Array.from({ length: 1000 }, () => ({ ...request(), firstMobile: '006142****000' })),
    );
  });

  it('have the counters every ten seconds, and the faults', () => {
    const terminal = new FakeTerminal();
    faults = [{ ...injected('1'), order: { kind: 'hang', times: Infinity } }];
    json(terminal);
    counters = { ...counters, requests: 100 };
    terminal.pass(10_000);
    faults = [];
    terminal.pass(10_000);
    expect(objects(terminal)).toEqual([
      { fault: { id: '1', order: { kind: 'hang', times: 'Infinity' }, met: 0 }, change: 'waits' },
      { counters: { ...counters, requestsPerSecond: 10, faults: 1 }, at: terminal.now() - 10_000 },
      { fault: { id: '1', order: { kind: 'hang', times: 'Infinity' }, met: 0 }, change: 'is over' },
      { counters: { ...counters, requestsPerSecond: 0, faults: 0 }, at: terminal.now() },
    ]);
  });

  it('are left out while nobody reads, and counted', () => {
    const terminal = new FakeTerminal();
    const live = json(terminal);
    terminal.out.backlog = 2 ** 20 + 1;
    live.request(request());
    terminal.out.backlog = 2 ** 20;
    terminal.pass(TICK_MS);
    expect(objects(terminal)).toEqual([{ skippedLines: 1 }]);
  });
});
