import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Options of a certificate. By default it is valid for a day, for 127.0.0.1 and localhost. */
export interface CertificateWish {
  readonly commonName?: string;
  /** Its only DNS name, instead of localhost and 127.0.0.1. */
  readonly dnsName?: string;
  readonly validToMs?: number;
}

/** Issues certificates. It is new each time, so the repository has no key and needs no openssl. */
export interface Authority extends Certificate {
  issue(wish?: CertificateWish): Certificate;
}

const DAY_MS = 24 * 60 * 60_000;
const ECDSA_WITH_SHA256 = sequence(hex('06082a8648ce3d040302'));

/** A self-signed authority. Its own certificate is also valid for 127.0.0.1 and localhost. */
export function createAuthority(commonName = 'curfew test authority'): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = nameOf(commonName);
  return {
    ...signed(own, { issuer, subject: issuer, isAuthority: true }, own.privateKey),
    issue: (wish = {}) => {
      const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const subject = nameOf(wish.commonName ?? 'curfew test');
      return signed(keys, { ...wish, issuer, subject, isAuthority: false }, own.privateKey);
    },
  };
}

interface Content extends CertificateWish {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly isAuthority: boolean;
}

function signed(
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  { issuer, subject, isAuthority, dnsName, validToMs = Date.now() + DAY_MS }: Content,
  signer: KeyObject,
): Certificate {
  const validity = sequence(utcTime(Date.now() - 2 * DAY_MS), utcTime(validToMs));
  const names =
    dnsName === undefined
      ? sequence(tlv(0x82, Buffer.from('localhost')), tlv(0x87, hex('7f000001')))
      : sequence(tlv(0x82, Buffer.from(dnsName)));
  const extensions = sequence(
    sequence(hex('0603551d11'), tlv(0x04, names)), // subjectAltName
    // basicConstraints, critical
    sequence(
      hex('0603551d13'),
      hex('0101ff'),
      tlv(0x04, sequence(hex(isAuthority ? '0101ff' : ''))),
    ),
  );
  const toBeSigned = sequence(
    hex('a003020102'), // version 3
    tlv(0x02, Buffer.from([1, ++serialNumber % 0x100])),
    ECDSA_WITH_SHA256,
    issuer,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  );
  const signature = tlv(0x03, Buffer.concat([hex('00'), sign('sha256', toBeSigned, signer)]));
  const der = sequence(toBeSigned, ECDSA_WITH_SHA256, signature).toString('base64');
  const lines = (der.match(/.{1,64}/g) ?? []).join('\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

let serialNumber = 0;

function nameOf(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(hex('0603550403'), tlv(0x0c, Buffer.from(commonName)))));
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  // Go rejects certificates with lengths that are longer than necessary.
  const lengthBytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), value]);
}

function utcTime(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return tlv(0x17, Buffer.from(`${digits}Z`));
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}
