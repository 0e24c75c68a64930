// Values that tempt a server: as JSON text, and as strings for where a header, a path or an id is expected.
import type { Random } from './random.ts'

const STRINGS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\n',
  '\r\n',
  '\u2028',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  'true',
  '0',
  '-1',
  "' OR 1=1 --",
  '"; DROP TABLE users; --',
  '{"$gt":""}',
  '$where',
  '../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  'javascript:alert(1)',
  '\ud800',
  '\udfff',
  '\ud83d\ude00',
  '\u202e',
  '\ufeff',
  'é',
  'e\u0301',
  '\u{10ffff}',
  'ﷺ',
  'İ',
  'ß',
  '𝒳',
  '🏳️‍🌈',
  'A'.repeat(129),
  'x'.repeat(1_000),
  '\u0301'.repeat(100),
  '00000000-0000-4000-8000-000000000000',
] as const
const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1',
  '0.5',
  '1e308',
  '1e999',
  '-1e999',
  '9007199254740991',
  '9007199254740992',
  '1E400',
  '3e-324',
  '2147483648',
  '4294967296',
  '123456789012345678901234567890',
]
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  '$ne',
  '$where',
  'id',
  'userId',
  'conversationId',
  'text',
  'method',
  'params',
  'revs',
  'limit',
  '',
  '0',
  'a.b',
  'length',
]
const BROKEN = [
  '',
  '{',
  '}',
  '[',
  ']',
  '{"a"',
  '{"a":',
  '{"a":1,}',
  '[1,]',
  "{'a':1}",
  'nul',
  'tru',
  '01',
  '1.',
  '.5',
  '+1',
  '"',
  '"\\',
  '"\\u12',
  '"\\x41"',
  '\ufeff{}',
  '{}{}',
  '//',
  '/**/{}',
  'NaN',
  'Infinity',
  '-',
  '"\n"',
  '{"a":1 "b":2}',
]

/** A string of any kind. */
export function anyString(random: Random): string {
  if (random.chance(0.7)) return random.pick(STRINGS)
  return String.fromCharCode(...random.list([0, 40], () => random.below(random.pick([0x80, 0x100, 0x10000]))))
}

/** A value as JSON of so many levels at most. */
export function anyJson(random: Random, levels = 4): string {
  const kind = random.below(levels > 0 ? 9 : 6)
  if (kind < 3) return JSON.stringify(anyString(random))
  if (kind < 5) return random.pick(NUMBERS)
  if (kind === 5) return random.pick(['true', 'false', 'null'])
  if (kind === 6) return `[${random.list([0, 4], () => anyJson(random, levels - 1)).join()}]`
  return anyObject(random, levels)
}

/** An object as JSON, whose keys may come twice. */
export function anyObject(random: Random, levels = 4): string {
  const fields = random.list([0, 5], () => `${JSON.stringify(anyKey(random))}:${anyJson(random, levels - 1)}`)
  return `{${fields.join()}}`
}

/** Text that is no JSON, or JSON deeper or larger than is good. */
export function anyBrokenJson(random: Random): string {
  const levels = random.pick([9, 100, 10_000])
  return random.pick([
    random.pick(BROKEN),
    anyString(random),
    '['.repeat(levels) + ']'.repeat(levels),
    '{"a":'.repeat(levels),
    '[]',
    '1',
    'null',
  ])
}

/**
 * An object as JSON with some of its fields left out, replaced or doubled, and others added.
 *
 * @param fields field → value as JSON
 */
export function mutated(random: Random, fields: Record<string, string>): string {
  const kept = Object.entries(fields).flatMap(([key, value]): [string, string][] => {
    const fate = random.below(10)
    if (fate === 0) return []
    if (fate === 1) return [[key, anyJson(random)]]
    return fate === 2
      ? [
          [key, value],
          [key, anyJson(random)],
        ]
      : [[key, value]]
  })
  const added = random.list([0, 1], (): [string, string] => [anyKey(random), anyJson(random)])
  return `{${[...kept, ...added].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`
}

// --- Internal helpers ---

function anyKey(random: Random) {
  return random.chance(0.8) ? random.pick(KEYS) : anyString(random)
}
