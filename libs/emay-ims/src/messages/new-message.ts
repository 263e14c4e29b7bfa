/** A message to store. Validated: E.164 number, content and id within their limits. */
export interface NewMessage {
  customImsId: string;
  mobile: string;
  content: string;
  priority: number;
  sendAt: Date | null;
  expiresAt: Date | null;
}
