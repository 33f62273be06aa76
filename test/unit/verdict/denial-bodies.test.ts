import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { ClientReason } from '../../../src/verdict/client-reason.ts';
import { CLIENT_WORDS } from '../../../src/verdict/client-words.ts';
import { DENIAL_PAGE_CSP, denialPage } from '../../../src/verdict/denial-page.ts';
import { problemDocument } from '../../../src/verdict/problem-document.ts';

const REASONS = Object.keys(CLIENT_WORDS) as ClientReason[];

const PROBLEMS: Readonly<Record<ClientReason, string>> = {
  no_credential:
    '{"type":"urn:curfew:problem:no_credential","title":"Sign-in required","status":401,"detail":"This request came without a session. Sign in to continue.","reason":"no_credential"}',
  invalid_credential:
    '{"type":"urn:curfew:problem:invalid_credential","title":"Session not recognized","status":401,"detail":"The session of this request is not valid. Sign in again to continue.","reason":"invalid_credential"}',
  idle_timeout:
    '{"type":"urn:curfew:problem:idle_timeout","title":"Session ended after inactivity","status":401,"detail":"The session ended because there was no activity for too long. Sign in again to continue.","reason":"idle_timeout"}',
  absolute_timeout:
    '{"type":"urn:curfew:problem:absolute_timeout","title":"Session reached its time limit","status":401,"detail":"The session ended because it reached its maximum duration. Sign in again to continue.","reason":"absolute_timeout"}',
  revoked:
    '{"type":"urn:curfew:problem:revoked","title":"Session was ended","status":401,"detail":"The session was ended before its time was up, for example by signing out. Sign in again to continue.","reason":"revoked"}',
  reauthentication_required:
    '{"type":"urn:curfew:problem:reauthentication_required","title":"Recent sign-in required","status":401,"detail":"This part of the site asks for a more recent sign-in. Sign in again to continue.","reason":"reauthentication_required"}',
};

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

describe('problemDocument', () => {
  for (const reason of REASONS) {
    it(`is byte for byte what was promised for ${reason}`, () => {
      expect(problemDocument(reason)).to.equal(PROBLEMS[reason]);
    });
  }
});

describe('denialPage', () => {
  it('is byte for byte what was promised', () => {
    expect(denialPage('idle_timeout').replace(STYLE, '<style>…</style>')).to.equal(PAGE);
  });

  for (const reason of REASONS) {
    it(`says why for ${reason}, with nothing but itself`, () => {
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
    expect(DENIAL_PAGE_CSP).to.equal(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  it('has words that need no escaping, neither in HTML nor in a quoted string', () => {
    for (const { title, detail } of Object.values(CLIENT_WORDS)) {
      expect(title + detail)
        .to.match(/^[\x20-\x7e]*$/)
        .and.not.match(/["\\<>&]/);
    }
  });
});
