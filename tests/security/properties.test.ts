// What holds for any input whatever: property tests of the places where input is first looked at.
import * as fc from 'fast-check'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { clientAddress } from '#rufer/server/http/address.ts'
import { isSame } from '#rufer/server/http/key.ts'
import { isOwnOrigin } from '#rufer/server/http/origin.ts'
import { pagePolicy } from '#rufer/server/http/security-headers.ts'
import { signInPage } from '#rufer/server/http/sign-in-page.ts'
import { decodeRequest } from '#rufer/server/socket/decode.ts'
import { checkHandshake } from '#rufer/server/socket/gate.ts'
import { messageText } from '#rufer/shared/model/message.ts'
import { userId } from '#rufer/shared/model/user.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import { calls } from '#rufer/shared/protocol/http.ts'
import { toParamsError } from '#rufer/shared/protocol/issues.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 200 })
const anyHeader = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
})
const KEYS = ['__proto__', 'constructor', '$ne', 'length', 'size', 'toString', 'valueOf', 'userId', 'revs']
const anyKey = fc.oneof({ arbitrary: fc.constantFrom(...KEYS), weight: 4 }, fc.string())
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(anyKey, tie('value')), { maxLength: 4 })
      .map((entries) => JSON.parse(toObjectText(entries)) as unknown),
  ),
})).value
/** What speaks against a property, or nothing. */
const against = <T>(property: fc.IProperty<T>) =>
  fc.defaultReportMessage(fc.check(property, { numRuns: 2_000 }))

test('any text is a request with an id beyond the last one, or none; nothing is thrown', () => {
  const texts = fc.oneof(
    anyText,
    anyJson.map((value) => JSON.stringify(value)),
    requestText(),
  )
  const property = fc.property(texts, fc.integer({ min: -1, max: 100 }), (text, lastId) => {
    const { id, method = '', params = {} } = decodeRequest(text, lastId) ?? { id: lastId + 1 }
    return Number.isSafeInteger(id) && id > lastId && typeof method === 'string' && isObject(params)
  })
  expect(against(property)).toBeUndefined()
})

test.each(Object.entries({ ...methods, ...bodies() }))(
  '%s: any params are refused with few words, or hold what is named and nothing else',
  (_name, { params }) => {
    const fields = Object.fromEntries(Object.keys(params.shape).map((field) => [field, anyJson]))
    const values = fc.oneof(anyJson, fc.record(fields, { requiredKeys: [] }))
    const property = fc.property(values, (value) => {
      const parsed = params.safeParse(value)
      if (parsed.success) {
        const isKnown = Object.keys(Object(value)).every((key) => Object.hasOwn(params.shape, key))
        return isKnown && Object.getPrototypeOf(parsed.data) === Object.prototype
      }
      const { code, issues = [] } = toParamsError(parsed.error.issues)
      return code === 'invalid-params' && issues.length <= 20
    })
    expect(against(property)).toBeUndefined()
  },
)

test('a text is taken exactly where it is well-formed, not empty and without U+0000', () => {
  const anyUnits = fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  })
  const property = fc.property(fc.oneof(anyText, anyUnits), (text) => {
    const isSound = text !== '' && text.isWellFormed() && !text.includes('\0')
    return messageText.safeParse(text).success === isSound
  })
  expect(against(property)).toBeUndefined()
})

test('a user id holds nothing that means anything in an address, a header, a log or a path', () => {
  const texts = fc.oneof(anyText, fc.stringMatching(/^[\w.:@\-/%\s]{0,140}$/))
  const property = fc.property(
    texts,
    (text) => userId.safeParse(text).success === /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/.test(text),
  )
  expect(against(property)).toBeUndefined()
})

test('no client chooses the address it is counted under', () => {
  const claims = fc.array(anyHeader, { maxLength: 5 })
  const property = fc.property(
    claims,
    fc.array(fc.ipV4(), { minLength: 1, maxLength: 4 }),
    (claimed, added) => {
      const request = requestWith({ 'x-forwarded-for': [...claimed, ...added].join(', ') })
      return clientAddress(request, added.length) === added[0] && clientAddress(request, 0) === 'local'
    },
  )
  expect(against(property)).toBeUndefined()
})

test('an origin is one’s own where it is that of the settings, letter by letter', () => {
  const publicOrigin = 'https://chat.example.com'
  const near = fc.tuple(anyHeader, anyHeader).map(([before, after]) => `${before}${publicOrigin}${after}`)
  const property = fc.property(fc.oneof(anyHeader, fc.webUrl(), near), (origin) => {
    const request = requestWith({ origin, host: 'chat.example.com' })
    return isOwnOrigin({ publicOrigin }, request) === (origin === publicOrigin)
  })
  expect(against(property)).toBeUndefined()
})

test('no Host gets a word into a policy', () => {
  const names =
    'default-src script-src style-src img-src font-src connect-src base-uri form-action frame-ancestors'
  const property = fc.property(anyHeader, (host) => {
    const policy = pagePolicy({ publicOrigin: undefined }, { request: requestWith({ host }), nonce: 'n' })
    const told = policy.split('; ').map((directive) => directive.split(' ', 1)[0])
    return told.join(' ') === names && !/[\r\n,]|unsafe|\*/.test(policy)
  })
  expect(against(property)).toBeUndefined()
})

test('no code gets an element or an attribute into the page of a link', () => {
  const plain = marks(signInPage({ code: '' }).html)
  const property = fc.property(anyText, (code) => marks(signInPage({ code }).html) === plain)
  expect(against(property)).toBeUndefined()
})

test('any head of an upgrade is sound or refused with a code; nothing else is thrown', () => {
  const names = ['host', 'upgrade', 'sec-websocket-version', 'sec-websocket-key', 'sec-websocket-protocol']
  const heads = fc.record(
    Object.fromEntries(names.map((name) => [name, fc.option(anyHeader, { nil: undefined })])),
  )
  const property = fc.property(heads, fc.oneof(fc.constant('/ws'), anyHeader), (headers, url) => {
    const request = Object.assign(requestWith(headers), { url, method: 'GET' })
    try {
      checkHandshake(request)
      return true
    } catch (error) {
      return error instanceof ChatError
    }
  })
  expect(against(property)).toBeUndefined()
})

test('a key is the same as itself alone', () => {
  const property = fc.property(
    fc.string(),
    fc.string(),
    (one, other) => isSame(one, other) === (one === other),
  )
  expect(against(property)).toBeUndefined()
})

// --- Internal helpers ---

/** Bodies as the params of methods. */
function bodies() {
  return {
    'POST /api/users/register': { params: calls['POST /api/users/register'].body },
    'POST /api/users/session-token': { params: calls['POST /api/users/session-token'].body },
    'POST /api/session-token': { params: calls['POST /api/session-token'].body },
  }
}

/** An object as text, whose keys may be anything, also twice. */
function toObjectText(entries: [string, unknown][]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 'null'}`).join()}}`
}

/** What gives a document its form. */
function marks(html: string) {
  return html.match(/<[a-z!/]*|"/g)?.join()
}

function isObject(value: unknown) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function requestText() {
  const method = fc.oneof(fc.constantFrom(...Object.keys(methods)), fc.string())
  return fc
    .tuple(fc.oneof(fc.integer(), fc.double(), anyJson), method, anyJson)
    .map(([id, name, params]) => JSON.stringify({ id, method: name, params }))
}

function requestWith(headers: Record<string, string | undefined>): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) request.headers[name] = value
  return request
}
