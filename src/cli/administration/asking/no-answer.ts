import type { Connection } from './connection.ts';

/** Why no answer of a Curfew came: an error of the connection, or another server's answer. */
export type NoAnswer =
  | { readonly kind: 'fault'; readonly error: unknown }
  | { readonly kind: 'foreign'; readonly status: number };

/** In words, with what to do. Contains nothing that was sent. */
export function whyNoAnswer({ url }: Connection, answer: NoAnswer): string {
  const where = `${url.protocol}//${url.host}`;
  if (answer.kind === 'foreign') {
    return (
      `${where} answers, but not as the administration of Curfew does (HTTP ${answer.status}); ` +
      'CURFEW_ADMIN_URL must be the address of --admin-address'
    );
  }
  const { error } = answer;
  return `${where} ${faultWords(codeOf(error), error)}`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'ETIMEDOUT';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // One error for each address of a name.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}

function faultWords(code: string, error: unknown): string {
  switch (code) {
    case 'ECONNREFUSED':
      return (
        'does not accept connections: nothing listens there; is the administration switched on ' +
        '(--admin-tokens-file), and is its port forwarded to this machine?'
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'cannot be found: its name does not resolve; check CURFEW_ADMIN_URL';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return (
        'does not answer: check the address and the network; if something was to end, repeat it, ' +
        'because ending twice is safe'
      );
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE':
      return (
        'shows a certificate of an authority that is not trusted here; name the file with the ' +
        'authority by --ca-file (CURFEW_CA_FILE)'
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return (
        'shows a certificate for another name; if this is a forwarded port, give the name of the ' +
        'server by --server-name (CURFEW_SERVER_NAME)'
      );
    case 'CERT_HAS_EXPIRED':
      return 'shows a certificate that has expired; renew it there';
    default:
      return otherFaultWords(code, error);
  }
}

function otherFaultWords(code: string, error: unknown): string {
  // What OpenSSL says differs from version to version; its code names the cause.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_WRONG_VERSION')) {
    return 'does not speak TLS; is it http:// instead of https://?';
  }
  if (code.includes('CERTIFICATE_REQUIRED') || code.includes('ALERT')) {
    return (
      'refuses the connection in the TLS handshake; does it need a client certificate ' +
      '(--client-cert-file, --client-key-file)?'
    );
  }
  if (code.startsWith('ERR_OSSL') || code.includes('PEM')) {
    return 'cannot be asked: a file for TLS is not PEM, or key and certificate do not belong together';
  }
  if (code === 'ECONNRESET') {
    return 'closed the connection without an answer; does it speak https:// instead of http://?';
  }
  return `cannot be asked: ${error instanceof Error ? error.message : 'unknown fault'}`;
}
