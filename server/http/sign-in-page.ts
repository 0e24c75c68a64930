// The page behind a sign-in link: one button, or the news that the link is used up. Works without scripts.
import { createHash } from 'node:crypto'
import { toHtml } from './html.ts'

/** The page that asks for the click, or tells that the link is spent. */
export function signInPage(page: { code: string } | { isSpent: true }): {
  html: string
  headers: Record<string, string>
} {
  const body =
    'code' in page
      ? `<h1>Sign in to Rufer</h1>
      <p>This link signs this browser in, once.</p>
      <form method="post" action="/sign-in">
        <input type="hidden" name="code" value="${toHtml(page.code)}">
        <button>Sign in</button>
      </form>`
      : `<h1>This link cannot be used</h1>
      <p>It was used already, or it is too old. Ask for a new one.</p>`
  return { html: toDocument(body), headers: HEADERS }
}

// --- Internal helpers ---

const STYLE = `
      :root { color-scheme: light dark; }
      body {
        margin: 0; min-height: 100dvh; display: grid; place-items: center;
        font: 1rem/1.5 system-ui, sans-serif;
        background: light-dark(#f3f5f8, #0f1318); color: light-dark(#14181f, #e8ebf0);
      }
      main {
        box-sizing: border-box; width: min(24rem, 100% - 2rem); padding: 2rem; border-radius: 14px;
        background: light-dark(#ffffff, #171c23); border: 1px solid light-dark(#d5dbe2, #2d3541);
      }
      h1 { margin: 0 0 .5rem; font-size: 1.25rem; }
      p { margin: 0 0 1.5rem; color: light-dark(#56606c, #a3adba); }
      p:last-child { margin: 0; }
      button {
        width: 100%; min-height: 44px; border: 0; border-radius: 8px; font: inherit; font-weight: 600; cursor: pointer;
        background: light-dark(#0b5bd3, #7db0ff); color: light-dark(#ffffff, #07142b);
      }
      button:focus-visible { outline: 2px solid light-dark(#0b5bd3, #7db0ff); outline-offset: 2px; }
    `

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  // the address holds the code, so no more than its origin is told; with `no-referrer` the form would be posted with
  // `Origin: null`, which is nobody's own
  'Referrer-Policy': 'strict-origin',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hashOf(STYLE)}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
}

function hashOf(text: string) {
  return createHash('sha256').update(text).digest('base64')
}

function toDocument(body: string) {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>Sign in · Rufer</title>
    <style>${STYLE}</style>
  </head>
  <body><main>${body}</main></body>
</html>`
}
