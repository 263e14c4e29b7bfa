/** A message that another system sent under the same appId: no call to this gateway brought it. */
export interface StrangerMessage {
  readonly mobile: string;
  /** Default: none. */
  readonly customImsId?: string | undefined;
  /** What its report says. Default: `DELIVRD`. */
  readonly state?: string | undefined;
}
