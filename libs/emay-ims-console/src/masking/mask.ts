import { maskMobile, normalizeMobile } from 'nestjs-emay-ims';
import type { Grant } from '../access/access.js';
import type {
  ActionPreview,
  AuditEntry,
  CountryDetail,
  HandlerEvent,
  KeptReport,
  MessageEvidence,
  OperatorMessage,
  SearchPage,
} from '../operations.js';
import { hide, maskLeftNumbers, redactDigits, redactNumbers, redactTexts } from './redact.js';

/** A prefix that fewer messages share may tell whose they are. */
const MESSAGES_BEHIND_A_PREFIX = 10;
/** What else a person or a program may have written a number into. */
const FREE_TEXT = new Set(['reason', 'description', 'reportDescription', 'error', 'message', 'failure']);

/** Of ours or of the host's making, which may be of a number: a message is found by the whole of it alone. */
const ID = /^(?:id|ids|[a-z]\w*Ids?)$/;

const MASKED = /^(?:\+?\d{3}\*+\d{2}|\*+)$/;

/**
 * What somebody may see of an answer. What is known to hold a number or a text is masked by name; then whatever answer it is, each string in
 * it but IDs is looked through for numbers, so that a field which comes later is masked, too.
 */
export class Mask {
  private readonly masksNumbers: boolean;
  private readonly hidesTexts: boolean;

  constructor({ numbers, texts }: Pick<Grant, 'numbers' | 'texts'>) {
    this.masksNumbers = numbers !== 'full';
    this.hidesTexts = texts !== 'full';
  }

  get isOff(): boolean {
    return !this.masksNumbers && !this.hidesTexts;
  }

  message(message: OperatorMessage): OperatorMessage {
    return { ...message, mobile: this.mobile(message.mobile), content: this.hidesTexts ? '' : message.content };
  }

  messages(page: SearchPage<OperatorMessage>): SearchPage<OperatorMessage> {
    return { ...page, items: page.items.map((message) => this.message(message)) };
  }

  evidence(evidence: MessageEvidence): MessageEvidence {
    return {
      ...evidence,
      message: this.message(evidence.message),
      timeline: evidence.timeline.map((step) => ({ ...step, detail: this.detail(step.detail, evidence.message) })),
      rawAnswer: this.raw(evidence.rawAnswer),
      others: evidence.others.map((message) => this.message(message)),
    };
  }

  preview(preview: ActionPreview): ActionPreview {
    return { ...preview, sample: preview.sample.map((message) => this.message(message)) };
  }

  report(report: KeptReport): KeptReport {
    const { mobile, raw, reason } = report;
    return {
      ...report,
      mobile: mobile === null ? null : this.mobile(mobile),
      raw: this.raw(raw),
      reason: reason === null ? null : this.quote(reason),
    };
  }

  /** An error of a handler may quote what the handler was called with. */
  event(event: HandlerEvent): HandlerEvent {
    return { ...event, error: event.error === null ? null : this.quote(event.error) };
  }

  /** Whoever sees numbers in full may have searched by the beginning of one, or typed one where an ID belongs. */
  audit(entry: AuditEntry): AuditEntry {
    if (!this.masksNumbers || entry.filter === null) return entry;
    return { ...entry, filter: withoutTypedNumbers(entry.filter) as Record<string, unknown> };
  }

  country(detail: CountryDetail): CountryDetail {
    if (!this.masksNumbers) return detail;
    return { ...detail, prefixes: detail.prefixes.filter(({ messages }) => messages >= MESSAGES_BEHIND_A_PREFIX) };
  }

  /** Last, over every answer. */
  whole(answer: unknown): unknown {
    return this.masksNumbers ? maskDeeply(answer, '') : answer;
  }

  mobile(mobile: string): string {
    return this.masksNumbers ? maskMobile(mobile) : mobile;
  }

  /** An answer's detail is the gateway's id, which looks like a number of somebody's. */
  private detail(detail: string | null, { imsId }: OperatorMessage): string | null {
    return !this.masksNumbers || detail === null || detail === imsId ? detail : redactNumbers(detail);
  }

  private raw(raw: string | null): string | null {
    if (raw === null || this.isOff) return raw;
    return this.hidesTexts ? redactTexts(raw) : redactDigits(raw);
  }

  private quote(text: string): string {
    return this.hidesTexts ? hide(text) : text;
  }
}

function withoutTypedNumbers(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return withoutTypedNumber(value, name);
  if (Array.isArray(value)) return value.map((item) => withoutTypedNumbers(item));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutTypedNumbers(field, key)]));
}

/** `id` is what was searched for; `ids` and `customImsId` are of messages that are there. */
function withoutTypedNumber(text: string, name: string): string {
  if (text.endsWith('*')) return redactDigits(text);
  const mobile = name === 'id' ? normalizeMobile(text) : null;
  return mobile === null ? text : maskMobile(mobile);
}

function maskText(text: string, name: string): string {
  return FREE_TEXT.has(name) ? redactNumbers(text) : maskLeftNumbers(text);
}

function maskDeeply(value: unknown, name: string): unknown {
  if (typeof value === 'string') return ID.test(name) ? value : maskText(value, name);
  if (Array.isArray(value)) return value.map((item) => maskDeeply(item, name));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const fields = Object.entries(value).map(([key, field]) => {
    // A filter of the audit, for one: the number under its name, however it is written.
    if (key === 'mobile' && typeof field === 'string') return [key, MASKED.test(field) ? field : maskMobile(field)];
    return [maskLeftNumbers(key), maskDeeply(field, key)];
  });
  return Object.fromEntries(fields);
}
