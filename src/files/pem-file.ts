import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const HAS_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/**
 * The certificates in a PEM text, in their order.
 * @returns a string if the text cannot be used: what is wrong, without any of the text
 */
export function certificatesIn(text: string): readonly X509Certificate[] | string {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    return HAS_KEY.test(text)
      ? 'contains a private key but no certificate; are two files swapped?'
      : 'contains no certificate; expected a PEM file (-----BEGIN CERTIFICATE-----)';
  }
  const certificates: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return `contains a damaged certificate, number ${index + 1}; write the file again`;
    }
  }
  return certificates;
}

/**
 * The private key in a PEM text.
 * @returns a string if the text cannot be used: what is wrong, without any of the text
 */
export function privateKeyIn(text: string): KeyObject | string {
  if (!HAS_KEY.test(text)) {
    return text.match(CERTIFICATE) === null
      ? 'contains no private key; expected a PEM file (-----BEGIN PRIVATE KEY-----)'
      : 'contains a certificate but no private key; are two files swapped?';
  }
  if (/-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    return 'is protected by a passphrase, which a server cannot type; remove it with openssl pkey';
  }
  try {
    return createPrivateKey(text);
  } catch {
    // The error of OpenSSL is left out because it may repeat part of the key.
    return 'contains a private key that is damaged or of an unknown kind; write the file again';
  }
}
