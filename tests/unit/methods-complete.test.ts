// Every method of the protocol is whole: answered by the server, tested over sockets, called by the client, and documented.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { handlers } from '#rufer/server/handlers/index.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'

const root = join(import.meta.dirname, '../..')
const names = Object.keys(methods)
const client = read('client/*.ts')
const docs = read('README.md') + read('docs/*.md')

test('the server answers the methods of the table, and no others', () => {
  expect(Object.keys(handlers).toSorted()).toEqual(names.toSorted())
})

test.each(names)('%s has a test over sockets', (name) => {
  const file = join(root, 'tests/protocol', `${name}.test.ts`)
  expect(existsSync(file)).toBe(true)
  expect(readFileSync(file, 'utf8')).toContain(`'${name}'`)
})

test.each(names)('%s is called by the client', (name) => {
  expect(client).toContain(`'${name}'`)
})

test.each(names)('%s is documented', (name) => {
  expect(docs).toContain(`\`${name}\``)
})

// --- Internal helpers ---

function read(pattern: string): string {
  return globSync(pattern, { cwd: root })
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
}
