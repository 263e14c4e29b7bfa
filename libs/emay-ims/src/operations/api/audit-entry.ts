/** Who did what. Never changed. */
export interface AuditEntry {
  id: string;
  /** By the database's clock. */
  at: Date;
  /** At most 128 characters. */
  actor: string;
  /** Such as `resend`, `reveal`, `export`; at most 32 characters. */
  action: string;
  /** What it was applied to. */
  filter: Record<string, unknown> | null;
  /** How many it was about. */
  items: number;
  done: number;
  skipped: number;
  /** At most 500 characters. */
  reason: string | null;
}

/** An entry to write. */
export type NewAuditEntry = Omit<AuditEntry, 'id' | 'at'>;
