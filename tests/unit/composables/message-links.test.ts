// Links: what is one, what is none, and that no text is lost on the way.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toTextParts } from '#rufer/composables/message-links.ts'

/** A protocol that is allowed, and nothing that ends an attribute or turns the direction. */
const SAFE = /^(https?|mailto):[^"<>\s\u202E]+$/

/** What addresses, and attempts to pass for one, are made of. */
const PIECES = [
  'https:// http:// mailto: www. // javascript: data:text/html, ftp://b.example a.example bob@a.example localhost:80'.split(
    ' ',
  ),
  '[::1] /path ?q= # %0a .. " \' < > ( ) @ \\'.split(' '),
  ['\u202E', '\u200B', '\n', ' ', '\0'],
].flat()
const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point))

describe('a link', () => {
  it.each([
    [
      'see https://example.com/a_(b)?c=d#e.',
      'https://example.com/a_(b)?c=d#e',
      'https://example.com/a_(b)?c=d#e',
    ],
    ['HTTP://EXAMPLE.COM', 'HTTP://EXAMPLE.COM', 'http://example.com/'],
    ['(www.example.dev/x)', 'www.example.dev/x', 'https://www.example.dev/x'],
    ['WWW.example.com, and', 'WWW.example.com', 'https://www.example.com/'],
    ['http://localhost:3000/chat', 'http://localhost:3000/chat', 'http://localhost:3000/chat'],
    ['mailto:bob@example.com!', 'mailto:bob@example.com', 'mailto:bob@example.com'],
    ['https://müller.example', 'https://müller.example', 'https://xn--mller-kva.example/'],
    ['https://evil.example"onmouseover=alert(1)', 'https://evil.example', 'https://evil.example/'],
    ['https://a.example\nb', 'https://a.example', 'https://a.example/'],
    ['https://bank.example@evil.example', 'https://bank.example', 'https://bank.example/'],
    ['<https://a.example/>', 'https://a.example/', 'https://a.example/'],
  ])('in %j is %j', (text, link, href) => {
    expect(toTextParts(text).filter((part) => part.href !== undefined)).toEqual([{ text: link, href }])
  })

  it.each([
    'javascript:alert(1)',
    'javascript://www.example.com/%0aalert(1)',
    'JaVaScRiPt:alert(1)//https:',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'ftp://ftp.example.com',
    'ftp://www.example.com',
    '//example.com',
    'example.com',
    'bob@example.com',
    'bob@www.example.com',
    '127.0.0.1',
    'www.',
    'www.example',
    'https://',
    'https://[::zz]/',
    'https://example.com:99999/',
    'https://example.com/\u202Egpj.exe',
    'http\0s://example.com',
  ])('is nowhere in %j', (text) => {
    expect(toTextParts(text)).toEqual([{ text }])
  })
})

it('keeps every character, and leads only to the web and to mail', () => {
  const piece = fc.oneof(anyCharacter, { arbitrary: fc.constantFrom(...PIECES), weight: 4 })
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (text) => {
        const parts = toTextParts(text)
        expect(parts.map((part) => part.text).join('')).toBe(text)
        const hrefs = parts.flatMap(({ href }) => href ?? [])
        expect(hrefs.filter((href) => !SAFE.test(href))).toEqual([])
      },
    ),
  )
})

it('has no parts without text', () => {
  expect(toTextParts('')).toEqual([])
  expect(toTextParts('https://a.example https://b.example').map(({ text }) => text)).toEqual([
    'https://a.example',
    ' ',
    'https://b.example',
  ])
})
