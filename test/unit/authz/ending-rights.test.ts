import { expect } from 'chai';
import { whyNoEnd } from '../../../src/authz/endings/ending-rights.ts';
import { factsOf } from '../../support/requests/judged-request.ts';

const CORS = new Set(['https://shop.example.com']);
const HOST = 'app.example.com';

/** Headers of a POST to a logout of `app.example.com`, and why it ends nothing. */
const TABLE: readonly (readonly [Readonly<Record<string, string>>, string | undefined])[] = [
  [{}, undefined],
  [{ 'sec-fetch-site': 'same-origin' }, undefined],
  [{ 'sec-fetch-site': 'none' }, undefined],
  [{ 'sec-fetch-site': 'same-site' }, 'other_site'],
  [{ 'sec-fetch-site': 'cross-site' }, 'other_site'],
  [{ 'sec-fetch-site': '' }, 'other_site'],
  [{ 'sec-fetch-site': 'same-origin,cross-site' }, 'other_site'],
  [{ origin: `https://${HOST}` }, undefined],
  [{ origin: `https://${HOST}:8443` }, undefined],
  [{ origin: 'https://shop.example.com' }, undefined],
  [{ origin: 'https://shop.example.com:444' }, 'other_site'],
  [{ origin: 'http://shop.example.com' }, 'other_site'],
  [{ origin: 'null' }, 'other_site'],
  [{ origin: '' }, 'other_site'],
  [{ origin: HOST }, 'other_site'],
  [{ origin: `https://${HOST}/` }, 'other_site'],
  [{ origin: `ftp://${HOST}` }, 'other_site'],
  [{ origin: `https://${HOST}.evil.example` }, 'other_site'],
  [{ origin: `https://${HOST}@evil.example` }, 'other_site'],
  [{ origin: `https://${HOST}:@evil.example` }, 'other_site'],
  [{ origin: `https://${HOST}\\.evil.example` }, 'other_site'],
  [{ origin: `https://${HOST},https://evil.example` }, 'other_site'],
  [{ origin: 'https://' }, 'other_site'],
  [{ 'sec-fetch-site': 'same-origin', 'sec-purpose': 'prefetch' }, 'prefetch'],
  [{ 'sec-fetch-site': 'none', purpose: 'prefetch' }, 'prefetch'],
  [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'image' }, 'image'],
  [{ accept: 'image/avif,image/webp,*/*;q=0.8' }, 'image'],
  [{ 'sec-fetch-dest': 'document', accept: 'image/png' }, undefined],
];

describe('the rights of a request to end sessions', () => {
  for (const [headers, why] of TABLE) {
    it(`are ${why ?? 'there'} with ${JSON.stringify(headers)}`, () => {
      const facts = factsOf({ method: 'POST', path: '/logout', host: HOST, headers });
      expect(whyNoEnd(facts, { corsOrigins: CORS })).to.equal(why);
    });
  }

  it('are not there for an empty origin of a request without a host', () => {
    const facts = factsOf({ host: '', headers: { origin: 'https://' } });
    expect(whyNoEnd(facts, { corsOrigins: CORS })).to.equal('other_site');
  });
});
