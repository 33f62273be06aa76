import type { Dice } from './dice.ts';
import { FRAME_SIZE_DEFAULT } from '../frames.ts';

const HEADER_BYTES = 9;
const MUTATIONS_MAX = 4;

type Pieces = Buffer[];
type Mutation = (dice: Dice, pieces: Pieces, at: number) => void;

// Frames stay frames where the mutation allows it: usually a changed frame gets a matching length.
const MUTATIONS: readonly Mutation[] = [
  function flipBit(dice, pieces, at) {
    change(pieces, at, (piece) => {
      const index = dice.below(piece.length);
      piece[index] = (piece[index] ?? 0) ^ (1 << dice.below(8));
    });
  },
  function setByte(dice, pieces, at) {
    change(pieces, at, (piece) => {
      piece[dice.below(piece.length)] = dice.pick([0, 1, 0x7f, 0x80, 0xff, dice.below(256)]);
    });
  },
  function remove(_dice, pieces, at) {
    pieces.splice(at, 1);
  },
  function duplicate(dice, pieces, at) {
    const times = dice.pick([1, 1, 1, 2, 30]);
    pieces.splice(at, 0, ...Array.from({ length: times }, () => Buffer.from(pieces[at] ?? '')));
  },
  function swap(dice, pieces, at) {
    const other = dice.below(pieces.length);
    [pieces[at], pieces[other]] = [pieces[other] ?? EMPTY, pieces[at] ?? EMPTY];
  },
  function type(dice, pieces, at) {
    changeHeader(pieces, at, (header) => {
      header[3] = dice.below(12);
    });
  },
  function flags(dice, pieces, at) {
    changeHeader(pieces, at, (header) => {
      header[4] = dice.pick([0, 1, 4, 5, 8, 0x20, 0x2d, (header[4] ?? 0) ^ (1 << dice.below(8))]);
    });
  },
  function streamId(dice, pieces, at) {
    changeHeader(pieces, at, (header) => {
      const id = header.readUInt32BE(5);
      const near = (id + dice.between(-4, 4)) & 0x7fff_ffff;
      header.writeUInt32BE(
        dice.pick([0, 1, 2, 3, near, near, 0x7fff_ffff, (id | 0x8000_0000) >>> 0]),
        5,
      );
    });
  },
  function length(dice, pieces, at) {
    changeHeader(pieces, at, (header) => {
      const now = header.readUIntBE(0, 3);
      const near = Math.min(Math.max(0, now + dice.between(-9, 9)), 0xff_ffff);
      const lie = dice.pick([0, near, near, FRAME_SIZE_DEFAULT, FRAME_SIZE_DEFAULT + 1, 0xff_ffff]);
      header.writeUIntBE(lie, 0, 3);
    });
  },
  function cut(dice, pieces, at) {
    const piece = pieces[at] ?? EMPTY;
    resize(pieces, at, piece.subarray(0, dice.below(piece.length + 1)));
  },
  function grow(dice, pieces, at) {
    resize(pieces, at, Buffer.concat([pieces[at] ?? EMPTY, dice.bytes(dice.between(1, 20))]));
  },
  function cutOut(dice, pieces, at) {
    const piece = pieces[at] ?? EMPTY;
    const from = Math.min(piece.length, HEADER_BYTES + dice.below(piece.length + 1));
    const to = from + dice.between(1, 8);
    resize(pieces, at, Buffer.concat([piece.subarray(0, from), piece.subarray(to)]));
  },
  function split(dice, pieces, at) {
    const piece = pieces[at] ?? EMPTY;
    const where = dice.below(piece.length + 1);
    const turn = dice.happens(0.5) ? [EMPTY] : [];
    pieces.splice(at, 1, piece.subarray(0, where), ...turn, piece.subarray(where));
  },
  function insert(dice, pieces, at) {
    pieces.splice(at, 0, dice.bytes(dice.pick([1, 9, 13, 40])));
  },
];

const EMPTY = Buffer.alloc(0);

/** A copy of an input with a few changes. An empty piece means a turn of the event loop. */
export function mutate(dice: Dice, input: readonly Buffer[]): Buffer[] {
  const pieces = input.map((piece) => Buffer.from(piece));
  const mutations = dice.between(1, MUTATIONS_MAX);
  for (let index = 0; index < mutations && pieces.length > 0; index += 1) {
    // Usually after the preface: without it there is no conversation.
    const first = dice.happens(0.05) || pieces.length === 1 ? 0 : 1;
    dice.pick(MUTATIONS)(dice, pieces, dice.between(first, pieces.length - 1));
  }
  return pieces;
}

function change(pieces: Pieces, at: number, edit: (piece: Buffer) => void): void {
  const piece = pieces[at];
  if (piece !== undefined && piece.length > 0) edit(piece);
}

function changeHeader(pieces: Pieces, at: number, edit: (header: Buffer) => void): void {
  const piece = pieces[at];
  if (piece !== undefined && piece.length >= HEADER_BYTES) edit(piece);
}

function resize(pieces: Pieces, at: number, piece: Buffer): void {
  const resized = Buffer.from(piece);
  if (resized.length >= HEADER_BYTES) resized.writeUIntBE(resized.length - HEADER_BYTES, 0, 3);
  pieces[at] = resized;
}
