// GET /docs: the API for people, one page that needs nothing from outside, and no script.
import { createHash } from 'node:crypto'
import { toHtml } from '#rufer/server/http/html.ts'
import { callExamples, eventExamples, methodExamples } from './examples.ts'
import {
  callsTable,
  closeCodesTable,
  errorsTable,
  eventsTable,
  limitsTable,
  methodsTable,
  nounsList,
  type Cell,
  type Table,
} from './tables.ts'
import { HTTP_RULES, SOCKET_RULES, SUBPROTOCOLS, UPGRADE_REFUSALS } from './words.ts'

/** The page, with the headers that let it have its one style. */
export function makeDocsPage(): { html: string; headers: Record<string, string> } {
  return { html: toDocument(SECTIONS.map(toSection).join('\n')), headers: HEADERS }
}

// --- Internal helpers ---

interface Section {
  title: string
  words?: string
  table?: Table
  pre?: string
  /** by the name of what each is an example of */
  examples?: Record<string, unknown>
}

const SECTIONS: Section[] = [
  { title: 'HTTP', words: HTTP_RULES, table: callsTable(), examples: callExamples },
  {
    title: 'Connecting',
    words: `\`GET /ws\` as a WebSocket. ${SUBPROTOCOLS} Refusals answer the upgrade:`,
    table: { head: ['status', 'because'], rows: Object.entries(UPGRADE_REFUSALS) },
  },
  { title: 'Frames', words: SOCKET_RULES },
  { title: 'Nouns', pre: nounsList() },
  { title: 'Requests', table: methodsTable(), examples: methodExamples },
  { title: 'Events', table: eventsTable(), examples: eventExamples },
  { title: 'Error codes', table: errorsTable() },
  {
    title: 'Close codes',
    words: 'Any other code is a lost connection: back off and reconnect with a new token.',
    table: closeCodesTable(),
  },
  { title: 'Limits', words: 'Each is a setting; a rate or count of 0 is off.', table: limitsTable() },
]

function toSection({ title, words, table, pre, examples }: Section) {
  return [
    `<section id="${toId(title)}"><h2>${title}</h2>`,
    words === undefined ? '' : `<p>${toInline(words)}</p>`,
    pre === undefined ? '' : `<pre tabindex="0">${toHtml(pre)}</pre>`,
    table ? toTable(title, table) : '',
    examples ? toExamples(examples) : '',
    '</section>',
  ].join('\n')
}

function toTable(title: string, { head, rows }: Table) {
  const body = rows.map((row) => `<tr>${toCells(row, 'td')}</tr>`).join('\n')
  // what can be scrolled must be reached by the keyboard, too
  return `<div class="wide" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${toCells(head, 'th')}</tr></thead>
<tbody>${body}</tbody></table></div>`
}

function toCells(cells: Cell[], tag: string) {
  return cells.map((cell) => `<${tag}>${toInline(String(cell))}</${tag}>`).join('')
}

function toExamples(examples: Record<string, unknown>) {
  return Object.entries(examples)
    .map(
      ([name, example]) =>
        `<details><summary>Example: <code>${toHtml(name)}</code></summary><pre tabindex="0">${toHtml(JSON.stringify(example, null, 2))}</pre></details>`,
    )
    .join('\n')
}

/** What stands between backticks becomes code. */
function toInline(text: string) {
  return toHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function toId(title: string) {
  return title.toLowerCase().replaceAll(' ', '-')
}

const STYLE = `
:root { color-scheme: light dark; }
body {
  margin: 0 auto; max-width: 75rem; padding: 1.5rem; font: 1rem/1.5 system-ui, sans-serif;
  background: light-dark(#ffffff, #0f1318); color: light-dark(#14181f, #e8ebf0);
}
a { color: light-dark(#0b5bd3, #7db0ff); }
nav a { display: inline-block; margin-right: 1rem; padding: .25rem 0; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .75rem; border-radius: 8px; background: light-dark(#f3f5f8, #171c23); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid light-dark(#d5dbe2, #2d3541); }
td:first-child code { white-space: nowrap; }
td { min-width: 4rem; }
summary { padding: .25rem 0; cursor: pointer; }
:focus-visible { outline: 2px solid light-dark(#0b5bd3, #7db0ff); outline-offset: 2px; }
`

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-cache',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
}

function toDocument(body: string) {
  const links = SECTIONS.map(({ title }) => `<a href="#${toId(title)}">${title}</a>`).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rufer · the API</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>The API of Rufer</h1>
<p>For machines: <a href="/openapi.json">OpenAPI 3.1</a> of the HTTP calls, <a href="/asyncapi.json">AsyncAPI 3</a> of the protocol over WebSockets.</p>
<nav aria-label="Sections">
${links}
</nav>
</header>
<main>
${body}
</main>
</body>
</html>`
}
