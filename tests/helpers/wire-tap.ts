// What a page says over its sockets, and hears: for tests of what is asked, how often, and in which order.
import type { Page, Request } from 'playwright-core'

interface TappedFrame {
  direction: 'out' | 'in'
  id?: number
  method?: string
  params?: Record<string, unknown>
  event?: string
}

export interface WireTap {
  /** of each socket, in the order they were opened: its frames, in their order */
  sockets: TappedFrame[][]
  /** the session tokens that the page was given */
  tokens: string[]
  /** whether it waits for one just now */
  isAsking: () => boolean
  /** To be given to `openPage` as `prepare`. */
  listen: (page: Page) => void
  /** The params of all requests of a method, from all sockets. */
  requests: (method: string) => Record<string, unknown>[]
}

export function createWireTap(): WireTap {
  const sockets: TappedFrame[][] = []
  const tokens: string[] = []
  const asking = new Set<Request>()
  return {
    sockets,
    tokens,
    isAsking: () => asking.size > 0,
    listen(page) {
      page.on('websocket', (socket) => {
        const frames: TappedFrame[] = []
        sockets.push(frames)
        socket.on('framesent', ({ payload }) => frames.push(toFrame('out', payload)))
        socket.on('framereceived', ({ payload }) => frames.push(toFrame('in', payload)))
      })
      page.on('request', (request) => void (isForToken(request) && asking.add(request)))
      page.on('requestfailed', (request) => void asking.delete(request))
      page.on('response', async (response) => {
        if (!isForToken(response)) return
        try {
          if (response.ok()) tokens.push((await response.json()).token)
        } catch (error) {
          // a page that is closed takes the answer with it
          if (!page.isClosed()) throw error
        }
        asking.delete(response.request())
      })
    },
    requests: (method) =>
      sockets.flat().flatMap((frame) => (frame.method === method ? [frame.params ?? {}] : [])),
  }
}

// --- Internal helpers ---

function isForToken(of: { url: () => string }) {
  return of.url().endsWith('/api/session-token')
}

function toFrame(direction: TappedFrame['direction'], payload: string | Buffer): TappedFrame {
  return { direction, ...JSON.parse(String(payload)) }
}
