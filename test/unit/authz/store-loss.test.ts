import { expect } from 'chai';
import type { OpenRequest } from '../../../src/session/session-store.ts';
import { StoreUnavailable } from '../../../src/session/session-store.ts';
import { DecisionPath } from '../../support/decision/decision-path.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import type { Headers } from '../../support/requests/judged-request.ts';

const policies = (top = ''): string => `version: 1
${top}
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: app, header: x-app, opening: registered }
  - { name: tool, header: x-tool, opening: first-use, credential_lifetime: 30d }
  - { name: own, jwt: { issuer: i, audience: a, jwks_file: k, per_login: true, header: x-jwt },
      credential_lifetime: 30d }
policies:
  - { name: seen, match: [{ path: /seen }], idle: 5m, absolute: 12h, mode: observe }
  - { name: default, idle: 5m, absolute: 12h }
`;

describe('an unknown credential while the store has lost data', () => {
  let opened: OpenRequest[];
  /** A store that refuses every fenced opening, as one does that has lost all data. */
  function pathOf(top?: string): DecisionPath {
    opened = [];
    const path: DecisionPath = new DecisionPath(policies(top), {
      verify: () => {
        const now = Math.floor(path.clock.now() / 1000);
        return {
          kind: 'verified',
          claims: { iss: 'i', aud: 'a', sid: 's', exp: now + 60, auth_time: now, iat: now },
        };
      },
    });
    const open = path.store.open.bind(path.store);
    path.store.open = async (request) => {
      opened.push(request);
      if (request.onStoreLoss === 'fence') throw new StoreUnavailable('refused', 'FENCED');
      return open(request);
    };
    return path;
  }
  const ask = async (path: DecisionPath, headers: Headers, target = '/') => {
    const { reply, observation } = await path.check(factsOf({ path: target, headers }));
    return { kind: reply.kind, reason: observation.reason };
  };

  it('opens a session by default', async () => {
    expect(await ask(pathOf(), { cookie: 'sid=a' })).to.deep.equal({ kind: 'allow', reason: 'ok' });
    expect(opened).to.have.lengthOf(1);
  });

  for (const headers of [{ cookie: 'sid=a' }, { 'x-tool': 'a' }]) {
    it(`gets no verdict with on_store_loss: fence: ${Object.keys(headers)[0]}`, async () => {
      const found = await ask(pathOf('on_store_loss: fence'), headers);
      expect(found).to.deep.equal({ kind: 'none', reason: 'store_unavailable' });
    });
  }

  it('is allowed where a policy only observes, with the true reason', async () => {
    const found = await ask(pathOf('on_store_loss: fence'), { cookie: 'sid=a' }, '/seen');
    expect(found).to.deep.equal({ kind: 'allow', reason: 'store_unavailable' });
  });

  it('is denied by a registered source, as always', async () => {
    const found = await ask(pathOf('on_store_loss: fence'), { 'x-app': 'a' });
    expect(found).to.deep.equal({ kind: 'deny', reason: 'unknown_session' });
    expect(opened).to.deep.equal([]);
  });

  it('opens a session if it is a token', async () => {
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256' })}.${part({ iss: 'i', aud: 'a' })}.c2ln`;
    const found = await ask(pathOf('on_store_loss: fence'), { 'x-jwt': token });
    expect(found).to.deep.equal({ kind: 'allow', reason: 'ok' });
    expect(opened.map(({ onStoreLoss }) => onStoreLoss)).to.deep.equal(['continue']);
  });

  it('leaves sessions alone that are known', async () => {
    const path = pathOf('on_store_loss: fence');
    await path.register('web', 'a');
    expect(await ask(path, { cookie: 'sid=a' })).to.deep.equal({ kind: 'allow', reason: 'ok' });
    expect(opened).to.have.lengthOf(1);
  });
});
