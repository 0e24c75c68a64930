// The links in a text: web and mail addresses and nothing else, each checked before it becomes one. Pure.
import { LinkifyIt, type SchemaOpts } from 'linkify-it'
import { TURNS_DIRECTION } from './bidi.ts'

/** A piece of a text; with `href` it is a link. */
export interface TextPart {
  text: string
  href?: string
}

/**
 * Splits a text at its links.
 *
 * @returns parts that joined are the text; an `href` is absolute and of http, https or mailto
 */
export function toTextParts(text: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const { index, lastIndex, raw, url } of finder.match(text) ?? []) {
    const href = toHref(url)
    if (href === undefined) continue
    if (index > end) parts.push({ text: text.slice(end, index) })
    parts.push({ text: raw, href })
    end = lastIndex
  }
  if (end < text.length) parts.push({ text: text.slice(end) })
  return parts
}

// --- Internal helpers ---

const PROTOCOLS = ['http:', 'https:', 'mailto:']
const WWW = 'www.'
/** Right before it, "www." is a part of something longer that was not taken for a link. */
const CONTINUES = /[.:/\\\-_@]/

/** An address without a protocol, known by its beginning. */
const www: SchemaOpts = {
  validate(text, position, { re }) {
    if (CONTINUES.test(text.charAt(position - WWW.length - 1))) return 0
    const host = re.get_relative_proto_validator()
    host.lastIndex = position
    return host.exec(text)?.[0].length ?? 0
  },
  normalize(match) {
    match.url = `https://${match.url}`
  },
}

const finder = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
  .add('ftp:', null)
  .add('//', null)
  .add(WWW, www)

function toHref(address: string): string | undefined {
  // it would not read as where it leads
  if (TURNS_DIRECTION.test(address)) return undefined
  try {
    const { protocol, href } = new URL(address)
    return PROTOCOLS.includes(protocol) ? href : undefined
  } catch {
    // It looked like an address, and is none.
    return undefined
  }
}
