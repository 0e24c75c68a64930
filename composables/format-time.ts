// Instants as people say them, in the browser's zone and language. Pure but for that.

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const shortDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'short' })
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const longDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' })

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** "14:02" */
export function formatTime(instant: string): string {
  return time.format(new Date(instant))
}

/** For a row of the list: the time today, else the day, ever shorter. */
export function formatListTime(instant: string, now: number): string {
  const date = new Date(instant)
  const days = daysBefore(date, now)
  if (days <= 0) return time.format(date)
  if (days === 1) return 'Yesterday'
  if (days < 7) return shortWeekday.format(date)
  return isThisYear(date, now) ? dayAndMonth.format(date) : shortDate.format(date)
}

/** Above the first message of a day. */
export function formatDay(instant: string, now: number): string {
  const date = new Date(instant)
  const days = daysBefore(date, now)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  return isThisYear(date, now) ? longDay.format(date) : longDate.format(date)
}

/** "last seen 5 min ago" */
export function formatLastSeen(instant: string, now: number): string {
  const date = new Date(instant)
  const ago = now - date.getTime()
  const days = daysBefore(date, now)
  if (ago < MINUTE_MS) return 'last seen just now'
  if (ago < HOUR_MS) return `last seen ${Math.floor(ago / MINUTE_MS)} min ago`
  if (days <= 0) return `last seen today at ${time.format(date)}`
  if (days === 1) return `last seen yesterday at ${time.format(date)}`
  return `last seen ${isThisYear(date, now) ? dayAndMonth.format(date) : shortDate.format(date)}`
}

/** Equal for instants of the same local day. */
export function localDay(instant: string): string {
  return new Date(instant).toDateString()
}

/** Local days, which are not always 24 hours long. */
function daysBefore(date: Date, now: number): number {
  return Math.round((startOfDay(new Date(now)) - startOfDay(date)) / (24 * HOUR_MS))
}

/** Local midnight, in milliseconds since 1970. */
export function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

function isThisYear(date: Date, now: number): boolean {
  return date.getFullYear() === new Date(now).getFullYear()
}
