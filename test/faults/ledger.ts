import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { callOf, type CallStream } from './calls.js';
import type { Told } from './told.js';

/** A line of a worker's journal. */
export type JournalEvent =
  | { event: 'ready' | 'repeated' | 'closed' }
  | { event: 'listening'; port: number }
  | ({ origin: string; number: number } & CallEvent);

type JournalLine = { at: number } & JournalEvent;

type CallEvent =
  | { event: 'called' }
  | { event: 'stored'; count: number }
  | ({ event: 'resolved' } & Told)
  | { event: 'rejected'; code: string; detail?: string | undefined };

export type CallRecord = ReturnType<typeof newCall>;

export interface Rejection {
  at: number;
  code: string;
  detail?: string | undefined;
}

type LifeRecord = ReturnType<typeof newLife>;

/** Everything the workers told their callers, out of their journals. */
export class Ledger {
  /** `origin/number` → what became of the call, over all lives. */
  calls = new Map<string, CallRecord>();
  /** journal → how far it has been read, and what it said of the life itself. */
  journals = new Map<string, LifeRecord>();
  buffer = Buffer.alloc(1 << 18);

  constructor(private readonly stream: CallStream) {}

  /** Takes in what the journal says since the last time; resolves to what it says of the life. */
  read(path: string): LifeRecord {
    const life = this.journals.get(path) ?? newLife();
    this.journals.set(path, life);
    for (const line of this.newLines(path, life)) this.take(JSON.parse(line) as JournalLine, life);
    return life;
  }

  /** Calls that got no answer, or one that says to try again: their callers will, where an id makes that safe. */
  unanswered() {
    return [...this.calls.values()].filter(
      ({ origin, number, isResolved, rejections }) =>
        !isResolved &&
        rejections.every(({ code }) => code === 'EMAY_IMS_STORE') &&
        !callOf(this.stream, origin, number).isAnonymous,
    );
  }

  private newLines(path: string, life: LifeRecord): string[] {
    if (!existsSync(path)) return [];
    const file = openSync(path, 'r');
    try {
      for (let size; (size = readSync(file, this.buffer, 0, this.buffer.length, life.offset)) > 0;) {
        life.offset += size;
        life.rest += this.buffer.toString('latin1', 0, size);
      }
    } finally {
      closeSync(file);
    }
    const lines = life.rest.split('\n');
    life.rest = lines.pop() ?? '';
    life.lines += lines.length;
    return lines;
  }

  private take(line: JournalLine, life: LifeRecord): void {
    switch (line.event) {
      case 'ready':
        life.isReady = true;
        return;
      case 'listening':
        life.pushPort = line.port;
        return;
      case 'repeated':
        life.hasRepeated = true;
        return;
      case 'closed':
        life.isClosed = true;
        return;
    }
    const { origin, number, at } = line;
    const key = `${origin}/${number}`;
    const call = this.calls.get(key) ?? newCall(origin, number);
    this.calls.set(key, call);
    switch (line.event) {
      case 'called':
        call.lives++;
        life.begunAt.set(key, at);
        return;
      case 'stored':
        call.stored = Math.max(call.stored, line.count);
        return;
      case 'resolved':
        call.isResolved = true;
        call.told.push(line.told);
        if (line.wrong) call.wrong.push(line.wrong);
        life.lastAnsweredCallBegunAt = Math.max(life.lastAnsweredCallBegunAt, life.begunAt.get(key) ?? 0);
        return;
      case 'rejected':
        call.rejections.push({ at, code: line.code, detail: line.detail });
    }
  }
}

function newLife() {
  return {
    lines: 0,
    /** How far it has been read, and the beginning of a line that had no end yet. ASCII throughout. */
    offset: 0,
    rest: '',
    isReady: false,
    /** Where it takes pushes, if it does. */
    pushPort: undefined as number | undefined,
    hasRepeated: false,
    isClosed: false,
    begunAt: new Map<string, number>(),
    /** Of the calls that resolved, when the youngest began. */
    lastAnsweredCallBegunAt: 0,
  };
}

function newCall(origin: string, number: number) {
  return {
    origin,
    number,
    /** How many lives made it. */
    lives: 0,
    isResolved: false,
    /** What each who got a result was told, see `told.ts`. */
    told: [] as string[],
    stored: 0,
    rejections: [] as Rejection[],
    wrong: [] as string[],
  };
}
