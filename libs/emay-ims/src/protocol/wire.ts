/** One short message on its way to the gateway (§2.1.1.2). */
export interface OutgoingMessage {
  /** E.164, `+61422118000`; it travels as `0061422118000`. */
  mobile: string;
  content: string;
  /** Ours, 1-32 printable ASCII characters. Optional in the document; we always send one, to match answers and reports by. */
  customImsId: string;
}

/** The gateway's four calls (§2.1-§2.4), by the vendor's names. */
export type GatewayCall = 'sendSingleIMS' | 'sendBatchIMS' | 'sendPersonalityIMS' | 'getIMSReport';

/** Most numbers in one batch or personality request (§2.2.1.2, §2.3.1.2). */
export const MAX_MESSAGES_PER_REQUEST = 300;

/** Most reports one call hands out (§2.4.1.2). */
export const MAX_REPORTS_PER_REQUEST = 500;

/** Longest `customImsId`, in characters (§2.1.1.2). */
export const MAX_CUSTOM_IMS_ID_LENGTH = 32;
