import { HpackFault } from './hpack-fault.ts';
import { EOS, HUFFMAN_CODES } from './huffman-code.ts';

// The decoder is a state machine that reads half bytes. Its states are the inner nodes of the code
// tree: a state stands for the bits read so far of an unfinished code. With half bytes the table
// has 16 KB, and the part that ordinary text uses fits into the first-level cache. No code is
// shorter than 5 bits, so a step completes at most one symbol.

/** The state after EOS. No step leaves it. The inner nodes are 0 to 255. */
const BROKEN = 256;

/** A step is its next state times 512, plus this if it completes a symbol, plus that symbol. */
const ENDS_SYMBOL = 256;

const STEPS = new Uint32Array((BROKEN + 1) * 16);

/** 1 for the states in which a string may end: after at most 7 bits of ones. */
const MAY_END = new Uint8Array(BROKEN + 1);

buildAutomaton();

/** Text is decoded into this buffer and read out at once. Longer text gets a buffer of its own. */
const SCRATCH = Buffer.allocUnsafeSlow(4096);

/**
 * The text that these bytes encode, one character for each byte.
 * @throws {HpackFault} for EOS in the text, and for padding that is longer than 7 bits or not all
 *   ones
 */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number): string {
  // The shortest code has 5 bits.
  const lengthMax = Math.floor(((end - start) * 8) / 5);
  const text = lengthMax <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(lengthMax);
  let length = 0;
  let state = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    const high = STEPS[state * 16 + (byte >> 4)] ?? 0;
    if ((high & ENDS_SYMBOL) !== 0) {
      text[length] = high; // a Buffer keeps the lowest 8 bits
      length += 1;
    }
    const low = STEPS[(high >> 9) * 16 + (byte & 15)] ?? 0;
    if ((low & ENDS_SYMBOL) !== 0) {
      text[length] = low;
      length += 1;
    }
    state = low >> 9;
  }
  if (MAY_END[state] !== 1) throw faultOf(state);
  return text.toString('latin1', 0, length);
}

function faultOf(state: number): HpackFault {
  return new HpackFault(
    state === BROKEN ? 'EOS in a Huffman string' : 'bad padding of a Huffman string',
  );
}

function buildAutomaton(): void {
  const { zeros, ones } = codeTree();
  for (let state = 0; state < BROKEN; state += 1) {
    for (let half = 0; half < 16; half += 1) {
      STEPS[state * 16 + half] = stepOf(state, half, zeros, ones);
    }
  }
  STEPS.fill(BROKEN * 512, BROKEN * 16);
  for (let bits = 0, node = 0; bits <= 7; bits += 1, node = ones[node] ?? 0) MAY_END[node] = 1;
}

function stepOf(
  state: number,
  half: number,
  zeros: readonly number[],
  ones: readonly number[],
): number {
  let node = state;
  let end = 0;
  for (let bit = 8; bit > 0; bit >>= 1) {
    const next = ((half & bit) === 0 ? zeros[node] : ones[node]) ?? 0;
    const symbol = -1 - next;
    if (symbol === EOS) return BROKEN * 512;
    if (symbol >= 0) end = ENDS_SYMBOL + symbol;
    node = Math.max(next, 0);
  }
  return node * 512 + end;
}

/** Where a bit leads from an inner node: to another one, or to a symbol as -1 - symbol. */
function codeTree(): { zeros: number[]; ones: number[] } {
  const zeros: number[] = [0];
  const ones: number[] = [0];
  for (const { symbol, code, bits } of HUFFMAN_CODES) {
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit -= 1) {
      const branch = ((code >> bit) & 1) === 0 ? zeros : ones;
      let next = branch[node] ?? 0;
      if (next === 0) {
        next = zeros.length;
        branch[node] = next;
        zeros.push(0);
        ones.push(0);
      }
      node = next;
    }
    const branch = (code & 1) === 0 ? zeros : ones;
    branch[node] = -1 - symbol;
  }
  return { zeros, ones };
}
