import type { Rule } from '../rule.js';
import { BATCH_RULES } from './batch-rules.js';
import { CALLER_RULES } from './caller-rules.js';
import { HTTP_RULES } from './http-rules.js';
import { REPORT_RULES } from './report-rules.js';
import { SECURE_RULES } from './secure-rules.js';
import { SINGLE_RULES } from './single-rules.js';

/** Every rule, from the connection to the reports. */
export const RULES: Readonly<Record<string, readonly Rule[]>> = {
  HTTP: HTTP_RULES,
  'the caller': CALLER_RULES,
  'one number': SINGLE_RULES,
  'many numbers': BATCH_RULES,
  reports: REPORT_RULES,
  'the encrypted interface': SECURE_RULES,
};
