import { expect } from 'chai';
import { previewedAtMs, previewOf } from '../../../src/admin/ends/preview.ts';
import { cursorOf, positionIn } from '../../../src/admin/wire/page-request.ts';
import { AdminProblem } from '../../../src/admin/wire/problem.ts';
import { seal, unseal } from '../../../src/admin/wire/sealed-text.ts';
import { createSignatures } from '../../../src/keys/signatures.ts';
import { keyOf } from '../../support/store/store-requests.ts';

const SEALS = createSignatures([new Uint8Array(32).fill(1)], 'test');
const NOW_MS = 1_800_000_000_000;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AdminProblem) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('sealed texts', () => {
  it('give back their value at their place, and nowhere else', () => {
    const sealed = seal(SEALS, { a: ['é', 1] }, ['x', 'y']);
    expect(unseal(SEALS, sealed, ['x', 'y'])).to.deep.equal({ a: ['é', 1] });
    for (const place of [[], ['x'], ['y', 'x'], ['xy'], ['x', 'y', null], ['x","y']]) {
      expect(unseal(SEALS, sealed, place)).to.equal(undefined);
    }
  });

  it('cannot be changed in any character', () => {
    const sealed = seal(SEALS, NOW_MS, ['x']);
    for (let i = 0; i < sealed.length; i += 1) {
      const other = sealed[i] === 'A' ? 'B' : 'A';
      const changed = sealed.slice(0, i) + other + sealed.slice(i + 1);
      expect(unseal(SEALS, changed, ['x']), `character ${i}`).to.equal(undefined);
    }
    for (const wrong of ['', '.', sealed.slice(1), `${sealed}.`, 'x'.repeat(10_000)]) {
      expect(unseal(SEALS, wrong, ['x'])).to.equal(undefined);
    }
  });
});

describe('a preview', () => {
  const selection = { subject: 'ada', except: keyOf('mine') };
  const preview = previewOf(SEALS, selection, NOW_MS);
  it('is of one selection only', () => {
    for (const other of [
      { subject: 'eve', except: selection.except },
      { subject: 'ada', except: undefined },
      { subject: 'ada', except: keyOf('other') },
    ]) {
      expect(codeOf(() => previewedAtMs(SEALS, preview, other, NOW_MS))).to.equal(
        'invalid_preview',
      );
    }
  });

  it('does not contain the subject', () => {
    expect(Buffer.from(preview.split('.')[0] ?? '', 'base64url').toString()).to.equal(
      String(NOW_MS),
    );
  });
});

describe('a cursor', () => {
  it('is of one list only', () => {
    const cursor = cursorOf(SEALS, 'position', ['subject', 'ada'], NOW_MS);
    expect(positionIn(SEALS, cursor, ['subject', 'ada'], NOW_MS)).to.equal('position');
    const place = ['source', 'ada'];
    expect(codeOf(() => positionIn(SEALS, cursor, place, NOW_MS))).to.equal('invalid_cursor');
  });
});
