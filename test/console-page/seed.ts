import type {
  AccountDetails,
  AuditEntry,
  CountryDetail,
  CountryFigures,
  DoubtIncident,
  HandlerEvent,
  HandlerFigures,
  ImsMessageState,
  KeptReport,
  Me,
  MessageEvidence,
  OperatorMessage,
  Overview,
  ReportKind,
  Series,
  StateCounts,
} from '../../libs/emay-ims-console/page/api/types.js';

/** Now, in the seeded world; relative to the real clock, as the page says how old things are. */
const NOW = Date.now();
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
const ago = (ms: number): string => new Date(NOW - ms).toISOString();

const STATES: readonly ImsMessageState[] = [
  'DELIVERED',
  'ACCEPTED',
  'DELIVERED',
  'QUEUED',
  'DELIVERED',
  'UNCONFIRMED',
  'SUBMITTING',
  'REJECTED',
  'DELIVERED',
  'UNDELIVERABLE',
  'UNKNOWN',
  'CANCELLED',
  'DELIVERED',
  'EXPIRED',
];
const PLACES = [
  ['+61422118', 'AU'],
  ['+6591234', 'SG'],
  ['+819012345', 'JP'],
  ['+447712345', 'GB'],
  ['+6012345', 'MY'],
  ['+8613800', 'CN'],
] as const;
const TEXTS = [
  'Your code is 481 902. It is valid for 5 minutes.',
  'Your order has been shipped and arrives on Tuesday.',
  '您的验证码是 481902，5 分钟内有效。',
  'See you tomorrow at 10:30.',
  'New sign-in to your account from Osaka.',
];
const CODES: Partial<Record<ImsMessageState, string>> = {
  UNCONFIRMED: 'TIMEOUT',
  REJECTED: 'FAIL_BALANCE',
  DELIVERED: 'SUCCESS',
  ACCEPTED: 'SUCCESS',
  UNKNOWN: 'SUCCESS',
  UNDELIVERABLE: 'SUCCESS',
};

export function makeMessage(index: number, changes: Partial<OperatorMessage> = {}): OperatorMessage {
  const state = changes.state ?? STATES[index % STATES.length]!;
  const [prefix, country] = PLACES[(index * 7) % PLACES.length]!;
  const age = index * 47 * SECOND + 4 * SECOND;
  const isUnsent = state === 'QUEUED' || state === 'CANCELLED' || state === 'EXPIRED';
  const isFinal = !isUnsent && state !== 'SUBMITTING' && state !== 'UNCONFIRMED' && state !== 'ACCEPTED';
  return {
    customImsId: `order-${4800 - index}`,
    imsId: isUnsent || state === 'UNCONFIRMED' ? null : `20261129${100_000 + index}`,
    mobile: `${prefix}${String(100 + index).padStart(3, '0')}`,
    country,
    content: TEXTS[index % TEXTS.length]!,
    state,
    code: CODES[state] ?? null,
    priority: 0,
    attempts: isUnsent ? 0 : 1,
    sendAt: null,
    expiresAt: null,
    dueAt: state === 'ACCEPTED' ? ago(-72 * HOUR) : null,
    createdAt: ago(age),
    submittedAt: isUnsent ? null : ago(age - 300),
    acceptedAt: isFinal || state === 'ACCEPTED' ? ago(age - 800) : null,
    finalAt: isFinal ? ago(Math.max(age - (3 + ((index * 13) % 40)) * SECOND, 0)) : null,
    reportState: state === 'DELIVERED' ? 'DELIVRD' : state === 'UNDELIVERABLE' ? 'UNDELIV' : null,
    reportDescription: state === 'DELIVERED' ? '成功' : state === 'UNDELIVERABLE' ? '未送达' : null,
    gatewaySubmitTime: isFinal ? ago(age - SECOND) : null,
    gatewayReceiveTime: isFinal ? ago(age - 3 * SECOND) : null,
    ...changes,
  };
}

export const makeMessages = (count: number): OperatorMessage[] =>
  Array.from({ length: count }, (_, index) => makeMessage(index));

const NONE: StateCounts = {
  QUEUED: 0,
  SUBMITTING: 0,
  UNCONFIRMED: 0,
  ACCEPTED: 0,
  UNKNOWN: 0,
  REJECTED: 0,
  UNDELIVERABLE: 0,
  DELIVERED: 0,
  CANCELLED: 0,
  EXPIRED: 0,
};
export const noCounts = (): StateCounts => ({ ...NONE });

export function makeSeries(): Series {
  const slotMs = 30 * MINUTE;
  const from = Math.floor((NOW - 47 * slotMs) / slotMs) * slotMs;
  const points = Array.from({ length: 48 }, (_, index) => {
    const load = Math.round(220 + 160 * Math.sin(index / 7) + ((index * 37) % 60));
    const isBad = index >= 30 && index < 34;
    return {
      at: from + index * slotMs,
      states: {
        DELIVERED: Math.round(load * (isBad ? 0.5 : 0.92)),
        UNDELIVERABLE: Math.round(load * 0.03),
        REJECTED: index % 9 === 4 ? 12 : 2,
        ...(isBad ? { UNCONFIRMED: Math.round(load * 0.3), UNKNOWN: Math.round(load * 0.12) } : {}),
        ...(index > 45 ? { QUEUED: 18, ACCEPTED: 41, SUBMITTING: 4 } : {}),
      },
      p50Ms: (7 + (index % 5) + (isBad ? 20 : 0)) * SECOND,
      p95Ms: (32 + ((index * 5) % 17) + (isBad ? 90 : 0)) * SECOND,
    };
  });
  return { slotMs, from, points };
}

const STATUS: Overview['status'] = {
  account: 'default',
  circuitOpenFor: null,
  oldestDueAt: ago(2 * SECOND),
  oldestDueForMs: 2_100,
  dispatches: true,
  listens: true,
  polls: true,
  pollEveryMs: 5_000,
  reportSource: 'pull',
  lastPushAt: null,
  lastGoodPullAt: ago(3 * SECOND),
  lastGoodPullForMs: 3 * SECOND,
  pollLease: 'this-instance',
  pollLeaseUntil: ago(-20 * SECOND),
  reportsBlockedFor: null,
  setAsidePages: 0,
  spooledPages: 0,
  spoolFailure: null,
  unconfirmed: 88,
  reportedUnsent: 0,
  possibleLosses: 1,
  lostReportsAtMost: 500,
  unreadablePages: 0,
  orphanedReports: 3,
  quarantinedReports: 1,
  pendingEvents: 12,
  failedEvents: 4,
  oldestUnreportedAt: ago(50 * SECOND),
  oldestUnreportedForMs: 50 * SECOND,
  lastReportAt: ago(2 * SECOND),
  orphanedShare: 0.0001,
};

const COUNTS: StateCounts = {
  QUEUED: 18,
  SUBMITTING: 4,
  UNCONFIRMED: 88,
  ACCEPTED: 41,
  UNKNOWN: 130,
  REJECTED: 214,
  UNDELIVERABLE: 402,
  DELIVERED: 12_931,
  CANCELLED: 7,
  EXPIRED: 3,
};

export function makeOverview(): Overview {
  return {
    asOf: ago(2 * SECOND),
    range: '24h',
    status: STATUS,
    totals: { ...COUNTS, DELIVERED: 1_204_331, REJECTED: 4_120 },
    inRange: COUNTS,
    latency: { p50Ms: 9_000, p95Ms: 40_000, delivered: 12_931 },
    deliveredShare: 0.9431,
    queued: 18,
    inFlight: 4,
    submittedPerMinute: 41.2,
    series: makeSeries(),
    codes: [
      { code: 'FAIL_BALANCE', messages: 168 },
      { code: 'TIMEOUT', messages: 88 },
      { code: 'FAIL_BLACKWORD', messages: 31 },
      { code: 'ERROR_MOBILE_ERROR', messages: 15 },
    ],
    advice: [
      { id: 'doubts', level: 'warning', values: { messages: 88 } },
      { id: 'possible-losses', level: 'warning', values: { pulls: 1, reports: 500 } },
      { id: 'failed-events', level: 'warning', values: { events: 4 } },
      { id: 'quarantined', level: 'warning', values: { reports: 1 } },
    ],
  };
}

export function emptyOverview(): Overview {
  const { status, ...rest } = makeOverview();
  const calm = { possibleLosses: 0, orphanedReports: 0, quarantinedReports: 0, failedEvents: 0, pendingEvents: 0 };
  return {
    ...rest,
    status: { ...status, ...calm, oldestDueAt: null, oldestDueForMs: null, unconfirmed: 0, lastReportAt: null },
    totals: noCounts(),
    inRange: noCounts(),
    latency: { p50Ms: null, p95Ms: null, delivered: 0 },
    deliveredShare: null,
    queued: 0,
    inFlight: 0,
    submittedPerMinute: 0,
    series: {
      ...rest.series,
      points: rest.series.points.map(({ at }) => ({ at, states: {}, p50Ms: null, p95Ms: null })),
    },
    codes: [],
    advice: [],
  };
}

export function makeEvidence(message: OperatorMessage): MessageEvidence {
  const isDoubt = message.state === 'UNCONFIRMED';
  const timeline: MessageEvidence['timeline'] = [
    { kind: 'stored', at: message.createdAt, attempt: null, code: null, detail: null, source: 'message' },
  ];
  const step = (kind: MessageEvidence['timeline'][number]['kind'], at: string | null, code: string | null = null) =>
    timeline.push({ kind, at, attempt: null, code, detail: null, source: 'message' });
  if (message.submittedAt) {
    step('handed-over', message.submittedAt);
    timeline.at(-1)!.attempt = '7f3a9c01';
  }
  if (isDoubt) {
    timeline.push({
      kind: 'no-answer',
      at: new Date(new Date(message.submittedAt!).getTime() + 30_000).toISOString(),
      attempt: '7f3a9c01',
      code: 'TIMEOUT',
      detail: 'No answer within 30 s.',
      source: 'trace',
    });
    step('waiting', null);
  }
  if (message.acceptedAt) step('answer', message.acceptedAt, 'SUCCESS');
  if (message.reportState) {
    timeline.push({
      kind: 'report',
      at: message.finalAt,
      attempt: null,
      code: message.reportState,
      detail: message.reportDescription,
      source: 'report-page',
      page: { pullId: '01JDV7Q2', pulledAt: message.finalAt, reports: 212 },
    });
  }
  const verdicts: Record<ImsMessageState, MessageEvidence['verdict']['id']> = {
    QUEUED: 'queued',
    SUBMITTING: 'in-flight',
    UNCONFIRMED: 'doubt',
    ACCEPTED: 'accepted',
    UNKNOWN: 'unknown',
    REJECTED: 'rejected',
    UNDELIVERABLE: 'undeliverable',
    DELIVERED: 'delivered',
    CANCELLED: 'cancelled',
    EXPIRED: 'expired',
  };
  const resend =
    isDoubt || message.state === 'UNKNOWN' ? 'second-sms' : message.state === 'REJECTED' ? 'safe' : 'not-possible';
  return {
    message,
    timeline,
    verdict: {
      id: verdicts[message.state],
      resend,
      values: { state: message.state, code: message.code, submittedAt: message.submittedAt },
    },
    resolutions: [],
    rawAnswer: isDoubt ? '<html><body>504 Gateway Time-out</body></html>' : null,
    others: [makeMessage(3), makeMessage(5)].map((other, index) => ({
      ...other,
      mobile: message.mobile,
      customImsId: `order-${3100 + index}`,
    })),
    actions: isDoubt ? ['resend', 'give-up'] : message.state === 'QUEUED' ? ['cancel'] : [],
  };
}

export const makeDoubts = (): DoubtIncident[] => [
  {
    id: 'inc-1',
    code: 'TIMEOUT',
    from: ago(3 * HOUR),
    to: ago(3 * HOUR - 11 * MINUTE),
    count: 88,
    provedSent: { messages: 212, by: 'hour', asOf: ago(40 * SECOND) },
    countries: { AU: 61, SG: 20, JP: 7 },
  },
  {
    id: 'inc-2',
    code: 'ATTEMPT_ABANDONED',
    from: ago(40 * MINUTE),
    to: ago(40 * MINUTE),
    count: 3,
    provedSent: null,
    countries: { GB: 3 },
  },
];

export function makeReports(kind: ReportKind): KeptReport[] {
  const isBatch = kind !== 'orphaned' && kind !== 'quarantined';
  return Array.from({ length: 3 }, (_, index) => ({
    kind,
    id: isBatch ? `01JDV7Q${index}` : `rep-${index}`,
    at: ago((index + 1) * 7 * MINUTE),
    customImsId: isBatch ? null : `order-${900 + index}`,
    imsId: isBatch ? null : `2026112912${index}`,
    mobile: isBatch ? null : '+61422118000',
    state: isBatch ? null : 'DELIVRD',
    reports: isBatch ? 500 - index : null,
    reason: {
      orphaned: 'No message has this ID.',
      quarantined: 'mobile is missing',
      unreadable: 'Not JSON',
      lost: 'TIMEOUT',
      'set-aside': 'ER_LOCK_WAIT_TIMEOUT',
      spooled: 'ECONNREFUSED',
    }[kind],
    raw: kind === 'lost' ? null : '{"imsId":"20261129120","state":"DELIVRD","desc":"成功"}',
    actions:
      kind === 'set-aside' || kind === 'spooled'
        ? ['retry']
        : kind === 'lost' || kind === 'orphaned'
          ? ['acknowledge']
          : [],
  }));
}

export function makeCountries(): CountryFigures[] {
  const rows = [
    ['AU', 6_120, 0.962],
    ['SG', 3_410, 0.981],
    ['JP', 2_020, 0.941],
    ['GB', 1_205, 0.902],
    ['MY', 640, 0.713],
    [null, 12, null],
  ] as const;
  return rows.map(([country, messages, share], index) => {
    const delivered = Math.round(messages * (share ?? 0));
    const rest = messages - delivered;
    return {
      asOf: ago(40 * SECOND),
      country,
      messages,
      states: {
        ...NONE,
        DELIVERED: delivered,
        UNDELIVERABLE: Math.round(rest * 0.5),
        REJECTED: Math.round(rest * 0.2),
        UNCONFIRMED: rest - Math.round(rest * 0.5) - Math.round(rest * 0.2),
      },
      deliveredShare: share,
      latency:
        share === null
          ? { p50Ms: null, p95Ms: null, delivered: 0 }
          : { p50Ms: 6_000 + index * 2_500, p95Ms: 31_000 + index * 14_000, delivered },
      codes: [
        { code: 'TIMEOUT', messages: 30 - index },
        { code: 'FAIL_BALANCE', messages: 12 },
      ],
      perHour: messages / 24,
    };
  });
}

export function makeCountry(figures: CountryFigures): CountryDetail {
  return {
    ...figures,
    range: '24h',
    asOf: ago(2 * SECOND),
    series: makeSeries(),
    prefixes: [
      { prefix: '+6142', messages: 3_400, deliveredShare: 0.97 },
      { prefix: '+6141', messages: 1_720, deliveredShare: 0.95 },
      { prefix: '+6149', messages: 1_000, deliveredShare: 0.81 },
    ],
    sampled: 6_120,
  };
}

export const makeHandlers = (): HandlerFigures[] => [
  { handler: 'billing.onDelivered', pending: 12, failed: 0, countedTo: 10_001, oldestAt: ago(20 * SECOND) },
  { handler: 'crm.onFinal', pending: 10_001, failed: 4, countedTo: 10_001, oldestAt: ago(7 * HOUR) },
];

export const makeEvents = (): HandlerEvent[] =>
  Array.from({ length: 5 }, (_, index) => ({
    id: `evt-${index}`,
    handler: index === 0 ? 'billing.onDelivered' : 'crm.onFinal',
    event: 'message.delivered',
    customImsId: `order-${4800 - index}`,
    state: index === 0 ? 'PENDING' : 'FAILED',
    attempts: index === 0 ? 1 : 12,
    nextAt: index === 0 ? ago(-30 * SECOND) : null,
    at: ago((index + 1) * HOUR),
    error: index === 0 ? null : 'connect ECONNREFUSED 10.0.0.7:443',
  }));

export const makeDetails = (): AccountDetails => ({
  account: 'default',
  options: {
    appId: 'EUCP-EMY-SMS0-SIMUL',
    baseUrl: 'http://127.0.0.1:3100',
    dispatch: { enabled: true, concurrency: 4, intervalMs: 1_000, maxBatchSize: 300 },
    reports: { enabled: true, intervalMs: 5_000, deadlineMs: 259_200_000 },
    retention: { days: null },
  },
  leases: [
    { name: 'default:reports', holder: 'web-1/4821', until: ago(-20 * SECOND) },
    { name: 'default:sweep', holder: 'web-2/118', until: ago(-44 * SECOND) },
  ],
  status: STATUS,
  database: { type: 'postgres', schemaVersion: '20261120' },
  version: '0.1.0',
  figures: { asOf: ago(2 * SECOND), isRebuilding: false, rebuiltTo: null },
});

export const makeAudit = (): AuditEntry[] =>
  Array.from({ length: 4 }, (_, index) => ({
    id: `aud-${index}`,
    at: ago((index + 1) * 13 * MINUTE),
    actor: index % 2 ? 'ops@example.com' : 'support@example.com',
    action: ['resend', 'export', 'reveal', 'give-up'][index]!,
    filter: { states: ['UNCONFIRMED'], code: 'TIMEOUT' },
    items: 88,
    done: 86,
    skipped: 2,
    reason: 'Ticket 1234: the gateway confirmed that nothing arrived',
  }));

export const makeMe = (changes: Partial<Me> = {}): Me => ({
  actor: 'ops@example.com',
  account: 'default',
  accounts: ['default', 'marketing'],
  actions: [
    'cancel',
    'resend',
    'give-up',
    'retry-report',
    'acknowledge',
    'pull',
    'retry-event',
    'export',
    'reveal',
    'rebuild',
    'send-test',
  ],
  numbers: 'full',
  texts: 'full',
  language: null,
  build: 'one',
  version: '0.1.0',
  isSandbox: true,
  panels: [{ id: 'keys', title: 'Keys', titleZh: '密钥', url: '/keys' }],
  ...changes,
});
