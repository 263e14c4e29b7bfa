/** The gateway's two interfaces: `plain`, below `/inter/`, and `secure`, below `/secure/`, whose bodies are encrypted. */
export const TRANSPORTS = ['plain', 'secure'] as const;

/** By which interface a call came. */
export type Transport = (typeof TRANSPORTS)[number];
