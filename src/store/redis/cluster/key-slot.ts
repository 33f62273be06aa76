import { SLOT_COUNT } from '../wire/redirection.ts';
import { PLACE_COUNT, PARTITION_COUNT, partitionKeys, REPLICAS_KEY } from '../store-keys.ts';

const POLYNOMIAL = 0x1021;

/** The slot of a key in a Redis Cluster: CRC16 (XMODEM) of its hash tag, or of the whole key. */
export function keySlot(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  return crc16(Buffer.from(hashed, 'utf8')) % SLOT_COUNT;
}

/** The slot of each place (see `placeOfKey`), computed once. */
export const PLACE_SLOTS: readonly number[] = Array.from({ length: PLACE_COUNT }, (_, place) =>
  keySlot(place < PARTITION_COUNT ? partitionKeys(place).events : REPLICAS_KEY),
);

function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
    }
    crc &= 0xffff;
  }
  return crc;
}
