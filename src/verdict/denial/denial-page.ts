import { CLIENT_WORDS } from './client-words.ts';
import type { ClientReason } from '../reason.ts';

const STYLE =
  ':root{color-scheme:light dark}' +
  'body{margin:0;min-height:100vh;display:grid;place-items:center;' +
  'font:1.125rem/1.6 system-ui,sans-serif;background:#f6f7f9;color:#1b1f24}' +
  'main{box-sizing:border-box;max-width:36rem;padding:2rem}' +
  'h1{margin:0 0 1rem;font-size:1.75rem;line-height:1.25}' +
  'p{margin:0 0 1rem}' +
  'a{color:#0b57d0}' +
  '@media(prefers-color-scheme:dark){body{background:#14171b;color:#e8eaed}a{color:#a8c7fa}}';

/** SHA-256 of the style, the one thing that the page may use. A test computes it again. */
const STYLE_HASH = 'sha256-MKsK9RdHA7uTt3ammFvm1JQJnm0GEYi6mXLXUTGCMaw=';

/** Allows a page in a frame its own style and nothing else: no script, no form, no request. */
export const FRAMED_PAGE_CSP: string = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** Besides that, a page of its own is not shown in a frame. */
export const DENIAL_PAGE_CSP: string = `${FRAMED_PAGE_CSP}; frame-ancestors 'none'`;

/**
 * The body for people: a whole page that says why the session ended. It holds nothing of the request
 * but the link.
 *
 * @param loginUrl where its user can sign in, printable ASCII; `undefined`: the page has no link
 */
export function denialPage(reason: ClientReason, loginUrl?: string): string {
  const { title, detail, advice } = CLIENT_WORDS[reason];
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
    ...(advice === undefined ? [] : [`<p>${advice}</p>`]),
    ...(loginUrl === undefined ? [] : [`<p>${linkTo(loginUrl)}</p>`]),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** The whole window goes there: many login pages refuse to show in a frame. */
function linkTo(url: string): string {
  return `<a href="${escaped(url)}" target="_top" rel="noreferrer">Sign in</a>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
