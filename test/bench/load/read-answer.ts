/**
 * The answer to a call: `allow` and `deny` are a CheckResponse with that status; `noVerdict` is an RPC error, or a
 * cancelled stream; `broken` is everything that must not happen (another message, a stream reset for another reason, a
 * lost connection, no answer at all).
 */
export type Answer = 'allow' | 'deny' | 'noVerdict' | 'broken';

const GRPC_PREFIX_BYTES = 5;
const STATUS = 1;
const DENIED_RESPONSE = 2;
const OK_RESPONSE = 3;
const STATUS_CODE = 1;
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Reads the data of one answered call. Without data the call ended in an RPC error. */
export function readAnswer(data: Buffer): Answer {
  if (data.length === 0) return 'noVerdict';
  const isWhole =
    data.length >= GRPC_PREFIX_BYTES &&
    data.readUInt8(0) === 0 &&
    data.readUInt32BE(1) === data.length - GRPC_PREFIX_BYTES;
  if (!isWhole) return 'broken';
  try {
    return readCheckResponse(data.subarray(GRPC_PREFIX_BYTES));
  } catch {
    return 'broken';
  }
}

function readCheckResponse(message: Buffer): Answer {
  let code = 0;
  let answer: Answer = 'broken';
  for (const field of fieldsOf(message)) {
    if (field.number === STATUS) {
      for (const part of fieldsOf(field.bytes)) if (part.number === STATUS_CODE) code = part.value;
    }
    if (field.number === OK_RESPONSE) answer = 'allow';
    if (field.number === DENIED_RESPONSE) answer = 'deny';
  }
  // Envoy uses the status as the answer, so the rest must agree with it.
  return (code === 0) === (answer === 'allow') ? answer : 'broken';
}

interface Field {
  readonly number: number;
  /** Of a varint; otherwise 0. */
  readonly value: number;
  /** Of a length-delimited field; otherwise empty. */
  readonly bytes: Buffer;
}

const NO_BYTES = Buffer.alloc(0);

function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === VARINT) {
      yield { number, value: varint(), bytes: NO_BYTES };
    } else if (type === LENGTH_DELIMITED) {
      const end = varint() + at;
      if (end > message.length) throw new RangeError('a field is longer than its message');
      yield { number, value: 0, bytes: message.subarray(at, end) };
      at = end;
    } else {
      throw new RangeError(`no CheckResponse has wire type ${type} there`);
    }
  }
}
