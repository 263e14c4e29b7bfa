/** `content_encoding` of a page that is kept as it came, enciphered. */
export const SEALED = 'x-emay-aes';
