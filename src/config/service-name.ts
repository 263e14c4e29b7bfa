/** What the service is called in its log lines. */
export const SERVICE = 'SmsGateway';
