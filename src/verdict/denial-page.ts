import type { ClientReason } from './client-reason.ts';
import { CLIENT_WORDS } from './client-words.ts';

const STYLE =
  ':root{color-scheme:light dark}' +
  'body{margin:0;min-height:100vh;display:grid;place-items:center;' +
  'font:1.125rem/1.6 system-ui,sans-serif;background:#f6f7f9;color:#1b1f24}' +
  'main{box-sizing:border-box;max-width:36rem;padding:2rem}' +
  'h1{margin:0 0 1rem;font-size:1.75rem;line-height:1.25}' +
  'p{margin:0}' +
  '@media(prefers-color-scheme:dark){body{background:#14171b;color:#e8eaed}}';

/** SHA-256 of the style: the one thing the page may use, so a test computes it anew. */
const STYLE_HASH = 'sha256-6gtgmXInn4MpBbfRVq4ZDj7TiuZyyNzXOZ/seyJbDew=';

/** Allows the page its own style and nothing else: no script, no frame, no form, no request. */
export const DENIAL_PAGE_CSP: string = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The body for people: a whole page that says why the session ended. Holds nothing that came with the request. */
export function denialPage(reason: ClientReason): string {
  const { title, detail } = CLIENT_WORDS[reason];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="robots" content="noindex">',
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${title}</h1>`,
    `<p>${detail}</p>`,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
