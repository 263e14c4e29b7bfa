/** Of OpenSSL's verification and of Node.js: a certificate came, and was refused. */
const CERTIFICATE_REFUSED = /CERT|^UNABLE_TO_|^INVALID_|^HOSTNAME_|^PATH_LENGTH_|^CRL_|^ERROR_IN_/;
const OF_TIME = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const OF_NAME = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']);

/** What is told of a TLS handshake that ended with this code, and what to do. */
export function handshakeFailure(code: string): { found: string; todo: string } {
  if (!CERTIFICATE_REFUSED.test(code) || code.startsWith('ERR_SSL_')) {
    return {
      found: `no TLS connection (${code})`,
      todo:
        'If this port speaks plain http, write http:// in EMAY_IMS_BASE_URL, or the port of https. ' +
        'Otherwise see what is in between, and which versions of TLS the gateway takes.',
    };
  }
  if (OF_TIME.has(code)) {
    return {
      found: code,
      todo: 'Nothing is sent before its time, or once its time is over. See that this clock is right; the gateway must renew it.',
    };
  }
  if (OF_NAME.has(code)) {
    return {
      found: code,
      todo: 'It is for another name: nothing is sent. Write the host name that Emay gave you in EMAY_IMS_BASE_URL.',
    };
  }
  return {
    found: code,
    todo: 'Nothing is sent while it is not trusted. For an authority of your own set NODE_EXTRA_CA_CERTS to its certificate.',
  };
}
