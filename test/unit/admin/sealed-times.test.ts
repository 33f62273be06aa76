import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { PREVIEW_MAX_MS, previewOf, previewedAtMs } from '../../../src/admin/ends/preview.ts';
import { cursorOf, positionIn } from '../../../src/admin/wire/page-request.ts';
import { AdminProblem } from '../../../src/admin/wire/problem.ts';
import type { Seals } from '../../../src/admin/wire/sealed-text.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_800_000_000_000;
const sign = (text: string): string => createHmac('sha256', 'key').update(text).digest('base64url');
const seals: Seals = { sign, isSigned: (text, signature) => sign(text) === signature };

const codeOf = (call: () => unknown): string => {
  try {
    call();
    return 'taken';
  } catch (error) {
    return error instanceof AdminProblem ? error.code : String(error);
  }
};

describe('how long sealed values are taken', () => {
  it('a preview for ten minutes by the clock of the store, and no longer', () => {
    const selection = { subject: 'ada', except: undefined };
    const preview = previewOf(seals, selection, NOW_MS);
    const at = (nowMs: number) => previewedAtMs(seals, preview, selection, nowMs);
    expect(at(NOW_MS)).to.equal(NOW_MS);
    expect(at(NOW_MS + PREVIEW_MAX_MS - 1)).to.equal(NOW_MS);
    expect(codeOf(() => at(NOW_MS + PREVIEW_MAX_MS))).to.equal('invalid_preview');
    expect(PREVIEW_MAX_MS).to.equal(600_000);
  });

  it('a cursor for an hour, in both directions: the clocks of two replicas may differ', () => {
    const place = ['subject', 'ada'];
    const cursor = cursorOf(seals, { at: 1 }, place, NOW_MS);
    const at = (nowMs: number) => positionIn(seals, cursor, place, nowMs);
    for (const direction of [1, -1]) {
      expect(at(NOW_MS + direction * HOUR_MS)).to.deep.equal({ at: 1 });
      expect(codeOf(() => at(NOW_MS + direction * (HOUR_MS + 1)))).to.equal('invalid_cursor');
    }
  });
});
