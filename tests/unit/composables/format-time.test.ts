// Instants in words.
import { expect, it } from 'vitest'
import { formatDay, formatLastSeen, formatListTime, formatTime } from '#rufer/composables/format-time.ts'

const NOW = new Date(2026, 2, 18, 15, 0).getTime()
const ago = (days: number, hours = 0) => new Date(NOW - (days * 24 + hours) * 3_600_000).toISOString()
const seen = (ms: number) => formatLastSeen(new Date(NOW - ms).toISOString(), NOW)

it('names days by how far they are', () => {
  expect([0, 1].map((days) => formatDay(ago(days), NOW))).toEqual(['Today', 'Yesterday'])
  expect(formatDay(ago(9), NOW)).not.toContain('2026')
  expect(formatDay(ago(400), NOW)).toContain('2025')
})

it('shows the time of today in the list, and days before that', () => {
  expect(formatListTime(ago(0, 2), NOW)).toBe(formatTime(ago(0, 2)))
  expect(formatListTime(ago(1), NOW)).toBe('Yesterday')
  expect(formatListTime(ago(3), NOW)).toHaveLength(3)
})

it('says how long ago somebody was seen', () => {
  expect(seen(-5_000)).toBe('last seen just now')
  expect(seen(59_000)).toBe('last seen just now')
  expect(seen(5 * 60_000)).toBe('last seen 5 min ago')
  expect(seen(3 * 3_600_000)).toMatch(/^last seen today at /)
  expect(seen(24 * 3_600_000)).toMatch(/^last seen yesterday at /)
  expect(seen(3 * 24 * 3_600_000)).toMatch(/^last seen (\d+ \w+|\w+ \d+)$/)
})
