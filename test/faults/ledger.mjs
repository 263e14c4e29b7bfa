import { existsSync, readFileSync } from 'node:fs';

/** Everything the workers told their callers, out of their journals. */
export class Ledger {
  /** `origin/number` → what became of the call, over all lives. */
  calls = new Map();
  /** journal → how far it has been read, and what it said of the life itself. */
  journals = new Map();

  /** Takes in what the journal says since the last time; resolves to what it says of the life. */
  read(path) {
    const life = this.journals.get(path) ?? { lines: 0, isReady: false, hasRepeated: false, isClosed: false };
    this.journals.set(path, life);
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    for (const line of lines.slice(life.lines)) this.take(JSON.parse(line), life);
    life.lines = lines.length;
    return life;
  }

  /** Calls that got no answer, or one that says to try again: their callers will. */
  unanswered() {
    return [...this.calls.values()].filter(
      ({ isResolved, rejections }) => !isResolved && rejections.every(({ code }) => code === 'EMAY_IMS_STORE'),
    );
  }

  take({ event, at, ...line }, life) {
    switch (event) {
      case 'ready':
        life.isReady = true;
        return;
      case 'repeated':
        life.hasRepeated = true;
        return;
      case 'closed':
        life.isClosed = true;
        return;
    }
    const { origin, number } = line;
    const key = `${origin}/${number}`;
    const call = this.calls.get(key) ?? { origin, number, isResolved: false, stored: 0, rejections: [], wrong: [] };
    this.calls.set(key, call);
    if (event === 'resolved') {
      // A batch that could not be finished says so in its result: its caller makes it again.
      if (line.unsent > 0) call.rejections.push({ at, code: 'EMAY_IMS_STORE', detail: `${line.unsent} unsent` });
      else call.isResolved = true;
      if (line.wrong) call.wrong.push(line.wrong);
    } else if (event === 'rejected') {
      call.rejections.push({ at, code: line.code, detail: line.detail });
    } else if (event === 'stored') {
      call.stored = Math.max(call.stored, line.count);
    }
  }
}
