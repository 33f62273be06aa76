import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate and its key, both PEM, for 127.0.0.1 and localhost, good for a day. It is its own authority. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 24 * 60 * 60_000;

/** Makes a new one: no key lies in the repository, and no openssl is needed. */
export function selfSigned(): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(hex('06082a8648ce3d040302')); // ecdsa-with-SHA256
  const name = sequence(
    tlv(0x31, sequence(hex('0603550403'), tlv(0x0c, Buffer.from('curfew test')))),
  );
  const validity = sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS));
  const names = sequence(tlv(0x82, Buffer.from('localhost')), tlv(0x87, hex('7f000001')));
  const extensions = sequence(
    sequence(hex('0603551d11'), tlv(0x04, names)), // subjectAltName
    sequence(hex('0603551d13'), hex('0101ff'), tlv(0x04, sequence(hex('0101ff')))), // a CA
  );
  const toBeSigned = sequence(
    hex('a003020102'), // version 3
    hex('020101'), // serial number 1
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const cert = sequence(toBeSigned, algorithm, tlv(0x03, Buffer.concat([hex('00'), signature])));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), value]);
}

function utcTime(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return tlv(0x17, Buffer.from(`${digits}Z`));
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}
