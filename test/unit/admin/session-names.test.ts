import { expect } from 'chai';
import { ServerKeysIncomplete } from '../../../src/authz/check-faults.ts';
import { endByCredential } from '../../../src/admin/sessions/end-by-credential.ts';
import { findByHandle, findByNames } from '../../../src/admin/sessions/find-session.ts';
import { AdminProblem } from '../../../src/admin/wire/problem.ts';
import type { SessionKey } from '../../../src/session/session-key.ts';
import { tagOf } from '../../../src/session/session-key.ts';
import type { Source } from '../../../src/terms/source.ts';
import { MemorySessionStore } from '../../../src/store/memory/memory-session-store.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';

const OPENING = { opening: 'first-use', startedAtMs: undefined } as const;
const [NEW, OLD] = [keyOf('under the new key'), keyOf('under the old key')];
const names = { key: NEW, olderKeys: () => [OLD] };

describe('the names by which administration finds a session', () => {
  let store: MemorySessionStore;
  /** As on a replica whose key file lacks a key that others have. */
  let why: string | undefined;
  const whyKeysIncomplete = (): string | undefined => why;

  beforeEach(() => {
    why = undefined;
    store = new MemorySessionStore({ clock: new ManualClock().now });
  });
  afterEach(() => store.close());

  const open = async (key: SessionKey) => store.open({ ...touchOf(''), ...OPENING, key });
  const find = async () => findByNames({ directory: store.directory, whyKeysIncomplete }, names);
  const end = async (opening: Source['opening'] = 'first-use') => {
    const known = { source: { name: 'web', opening } as Source, rule: sourceWith() };
    return endByCredential(store, whyKeysIncomplete, { known, names, by: 'revoked' });
  };
  const faultOf = async (work: Promise<unknown>) => work.catch((error: unknown) => error);

  describe('by a tag', () => {
    const twins = ['A', 'E', 'I'].map((last) => `${NEW.slice(0, 42)}${last}` as SessionKey);
    const byTag = async () =>
      findByHandle({ directory: store.directory, whyKeysIncomplete }, tagOf(NEW));

    it('are the one with this tag', async () => {
      await open(NEW);
      expect(await byTag()).to.include({ key: NEW });
    });

    it('are a problem (409) that names two of them if several sessions have it', async () => {
      for (const twin of twins) await open(twin);
      const fault = await faultOf(byTag());
      expect(fault).to.be.instanceOf(AdminProblem).and.include({ status: 409 });
      const { document } = fault as AdminProblem;
      expect(document).to.include({ code: 'ambiguous_tag' });
      expect(document['sessions']).to.have.lengthOf(2);
      expect(twins).to.include.members(document['sessions'] as SessionKey[]);
    });

    it('still are the whole handle of each of several', async () => {
      for (const twin of twins) await open(twin);
      const deps = { directory: store.directory, whyKeysIncomplete };
      for (const twin of twins) {
        expect(await findByHandle(deps, twin)).to.include({ key: twin });
      }
    });
  });

  describe('by a credential', () => {
    it('are those under older server keys, too', async () => {
      await open(OLD);
      expect(await find()).to.include({ key: OLD });
      expect(await end()).to.deep.include({ key: OLD });
      expect((await store.directory.describe(OLD))?.record.kind).to.equal('tombstone');
      expect(await store.directory.describe(NEW)).to.equal(undefined);
    });

    it('do not say that nothing is there while a server key may be missing', async () => {
      why = 'a key is missing';
      expect(await faultOf(find())).to.be.instanceOf(ServerKeysIncomplete);
      expect(await faultOf(end())).to.be.instanceOf(ServerKeysIncomplete);
      expect(await faultOf(end('registered'))).to.be.instanceOf(ServerKeysIncomplete);
      expect(store.size).to.equal(0);
      await open(OLD);
      expect(await find()).to.include({ key: OLD });
      expect((await end()).outcome.kind).to.equal('ended');
    });

    it('leave a tombstone of one that was not seen yet, where it could open a session', async () => {
      expect((await end('registered')).outcome.kind).to.equal('unknown');
      expect(store.size).to.equal(0);
      const { key, outcome } = await end();
      expect(outcome).to.include({ kind: 'ended', wasUnknown: true });
      expect((await store.directory.describe(key))?.record.kind).to.equal('tombstone');
    });
  });
});
