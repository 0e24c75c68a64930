// Which addresses webhooks may go to.
import { expect, test } from 'vitest'
import { isPrivate, refusePrivateHost } from '#rufer/server/webhooks/addresses.ts'

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.1.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::a00:1',
  'fd00::1',
  'fe80::1',
  'ff02::1',
  '2002:a00:1::',
])('%s is private', (address) => {
  expect(isPrivate(address)).toBe(true)
  expect(() => refusePrivateHost(address.includes(':') ? `[${address}]` : address)).toThrow('is private')
})

test.each([
  '1.1.1.1',
  '93.184.216.34',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '2a00:1450:4001::1',
  '::ffff:1.1.1.1',
])('%s is public', (address) => {
  expect(isPrivate(address)).toBe(false)
  expect(() => refusePrivateHost(address)).not.toThrow()
})

test('a name is looked at once it is resolved', () => {
  expect(() => refusePrivateHost('hooks.example.com')).not.toThrow()
})
