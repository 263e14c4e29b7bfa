import type { PlannedReport } from '../circumstances/planned-report.js';
import type { ReportSummary } from '../oracle/records.js';
import type { KeptReport, ReportPage } from '../oracle/report-page.js';
import type { WireTime } from '../wire/wire-time.js';
import { PushedReport, type ReportSubject, summarise, toWireReport } from './outstanding-report.js';

interface WrittenPage extends ReportPage {
  readonly time: WireTime;
  readonly clockShiftMs: number;
}

/** A report that left the queue. It is written anew whenever it is asked for: to keep it costs a pull a tenth. */
export class HandedOut implements KeptReport {
  constructor(
    readonly page: WrittenPage,
    readonly place: number,
    private readonly subject: ReportSubject,
    private readonly plan: PlannedReport,
    private readonly dueAt: number,
  ) {}

  summary(): ReportSummary {
    return summarise(this.subject, this.plan);
  }

  wire(): unknown {
    const { subject, plan, dueAt } = this;
    const { time, clockShiftMs } = this.page;
    if (subject instanceof PushedReport) return subject.value;
    return toWireReport(subject, plan, dueAt, time, clockShiftMs);
  }
}
