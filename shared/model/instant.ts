// An instant on the wire and in the store: ISO 8601 in UTC with milliseconds, so that text order is time order.
import { z } from 'zod'

export const instant = z.iso.datetime({ precision: 3 }).meta({ id: 'Instant' })
export type Instant = z.infer<typeof instant>
