import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { ClientReason } from '../../../../src/verdict/reason.ts';
import { CLIENT_WORDS } from '../../../../src/verdict/denial/client-words.ts';
import {
  DENIAL_PAGE_CSP,
  denialPage,
  FRAMED_PAGE_CSP,
} from '../../../../src/verdict/denial/denial-page.ts';

const REASONS = Object.keys(CLIENT_WORDS) as ClientReason[];

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Session ended after inactivity</title>
<style>…</style>
</head>
<body>
<main>
<h1>Session ended after inactivity</h1>
<p>The session ended because there was no activity for too long. Sign in again to continue.</p>
</main>
</body>
</html>
`;

const STYLE = /<style>([^<]*)<\/style>/;

describe('denialPage', () => {
  it('is byte for byte what was promised', () => {
    expect(denialPage('idle_timeout').replace(STYLE, '<style>…</style>')).to.equal(PAGE);
  });

  for (const reason of REASONS) {
    it(`says why for ${reason}, and loads nothing else`, () => {
      const page = denialPage(reason);
      expect(page)
        .to.contain(`<h1>${CLIENT_WORDS[reason].title}</h1>`)
        .and.contain(CLIENT_WORDS[reason].detail);
      expect(page).to.not.match(/<script|<link|<img|<iframe|<form|\son\w+=|url\(|@import|https?:/i);
    });
  }

  it('is allowed its own style and nothing else', () => {
    const style = STYLE.exec(denialPage('revoked'))?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const alone = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
    expect(FRAMED_PAGE_CSP).to.equal(alone);
    expect(DENIAL_PAGE_CSP).to.equal(`${alone}; frame-ancestors 'none'`);
  });

  it('has words that need no escaping, neither in HTML nor in a quoted string', () => {
    for (const { title, detail, advice = '' } of Object.values(CLIENT_WORDS)) {
      expect(title + detail + advice)
        .to.match(/^[\x20-\x7e]*$/)
        .and.not.match(/["\\<>&%]/);
    }
  });

  it('leads the whole window to the login, if there is one', () => {
    const url = 'https://login.example.org/?rd=%2Fa&reason=idle_timeout';
    expect(denialPage('idle_timeout')).to.not.contain('<a ');
    expect(denialPage('idle_timeout', url)).to.contain(
      '<p><a href="https://login.example.org/?rd=%2Fa&amp;reason=idle_timeout" target="_top" rel="noreferrer">Sign in</a></p>',
    );
  });

  it('keeps a link within its attribute, whatever it holds', () => {
    const page = denialPage('idle_timeout', `https://x.test/'"><script>&amp;`);
    expect(page).to.contain('href="https://x.test/&#39;&quot;&gt;&lt;script&gt;&amp;amp;" target');
    expect(page).to.not.contain('<script');
  });

  it('helps a person whose cookies are in the way', () => {
    for (const reason of ['invalid_credential', 'ambiguous_credential'] as const) {
      expect(denialPage(reason)).to.match(/delete the cookies of this site/i);
    }
    expect(denialPage('idle_timeout')).to.not.match(/cookie/);
  });
});
