import { expect } from 'chai';
import { buildReply } from '../../../../src/verdict/build-reply.ts';
import { buildDeny } from '../../../../src/verdict/denial/build-deny.ts';
import { DENY_REASONS, judgedOf, valuesOf } from '../../../support/requests/judged-request.ts';

const LOGIN = 'https://login.example.org/?rd={return_to}';
const HEADERS = {
  accept: 'text/html,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-purpose': 'prefetch',
};
const prefetch = judgedOf({
  facts: { headers: HEADERS },
  isPrefetch: true,
  policy: { loginUrl: LOGIN },
});

describe('a prefetch', () => {
  it('is declined by an answer that a browser drops', () => {
    const reply = buildReply({ kind: 'served', reason: 'prefetch_declined' }, prefetch);
    if (reply.kind !== 'deny') expect.fail(reply.kind);
    expect(reply.httpStatus).to.equal(503);
    expect(reply.headers).to.deep.equal([
      ['content-type', 'application/problem+json'],
      ['x-content-type-options', 'nosniff'],
      ['cache-control', 'no-store'],
    ]);
    expect(JSON.parse(reply.body)).to.include({ status: 503, reason: 'prefetch_declined' });
    expect(reply.metadata).to.include({ verdict: 'served', reason: 'prefetch_declined' });
  });

  it('is refused in the same way at a limit: only the click may end the session', () => {
    const reply = buildDeny(prefetch, 'reauthentication_required');
    expect(reply.httpStatus).to.equal(503);
    expect(valuesOf(reply.headers, 'cache-control')).to.deep.equal(['no-store']);
    expect(JSON.parse(reply.body)).to.include({ status: 503 });
    expect(reply.metadata).to.include({ verdict: 'deny', reason: 'reauthentication_required' });
  });

  it('is never redirected, and deletes no cookie', () => {
    for (const reason of DENY_REASONS) {
      const reply = buildDeny(prefetch, reason);
      expect(reply.httpStatus).to.be.oneOf([401, 503]);
      for (const name of ['location', 'set-cookie']) {
        expect(valuesOf(reply.headers, name)).to.deep.equal([]);
      }
    }
  });
});
