import { afterEach, beforeEach, describe } from '@jest/globals';
import { itSendsBatches } from './behaviour/batches.js';
import { itLooks } from './behaviour/looking.js';
import { itIsOperated } from './behaviour/operating.js';
import { itQueues } from './behaviour/queue.js';
import { itTakesReports } from './behaviour/reports.js';
import { itSends } from './behaviour/sending.js';
import type { Subject } from './behaviour/subject.js';
import { realModule, standIn } from './behaviour/subjects.js';

describe.each([
  ['the real module with the simulator', realModule],
  ['the stand-in', standIn],
])('%s', (_, open) => {
  let opened: Subject;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.close());

  const subject = () => opened;
  itSends(subject);
  itSendsBatches(subject);
  itQueues(subject);
  itTakesReports(subject);
  itLooks(subject);
  itIsOperated(subject);
});
