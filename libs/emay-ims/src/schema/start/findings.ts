import type { ServerFacts } from '../../database/sessions/server-sessions.js';

/** What is wrong with a database, in one sentence. */
export interface Problem {
  sentence: string;
  /** It may pass while the start waits: a migration that is running, a standby that is being promoted. */
  mayPass: boolean;
}

/** What a look at a database has brought. */
export interface Findings {
  problems: readonly Problem[];
  /** What works, but not as its owner may think. */
  warnings: readonly string[];
  /** `null` where it was not worth while to look. */
  facts: ServerFacts | null;
}
