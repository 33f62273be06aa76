import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const HAS_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** The certificates in a PEM text, in their order. A string is what is wrong, without anything of the text. */
export function certificatesIn(text: string): readonly X509Certificate[] | string {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    return HAS_KEY.test(text)
      ? 'holds a private key but no certificate; are two files exchanged?'
      : 'holds no certificate; a PEM file is wanted (-----BEGIN CERTIFICATE-----)';
  }
  const certificates: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return `holds a certificate that is damaged, number ${index + 1}; write it anew`;
    }
  }
  return certificates;
}

/** The private key in a PEM text. A string is what is wrong, without anything of the text. */
export function privateKeyIn(text: string): KeyObject | string {
  if (!HAS_KEY.test(text)) {
    return text.match(CERTIFICATE) === null
      ? 'holds no private key; a PEM file is wanted (-----BEGIN PRIVATE KEY-----)'
      : 'holds a certificate but no private key; are two files exchanged?';
  }
  if (/-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    return 'is protected by a passphrase, which nobody is there to type; openssl pkey writes it without';
  }
  try {
    return createPrivateKey(text);
  } catch {
    // What OpenSSL says of it might repeat some.
    return 'holds a private key that is damaged or of an unknown kind; write it anew';
  }
}
