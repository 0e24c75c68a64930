// What a page says over its sockets, and hears: for tests of what is asked, how often, and in which order.
import type { Page } from 'playwright-core'

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
  /** To be given to `openPage` as `prepare`. */
  listen: (page: Page) => void
  /** The params of all requests of a method, from all sockets. */
  requests: (method: string) => Record<string, unknown>[]
}

export function createWireTap(): WireTap {
  const sockets: TappedFrame[][] = []
  const tokens: string[] = []
  return {
    sockets,
    tokens,
    listen(page) {
      page.on('websocket', (socket) => {
        const frames: TappedFrame[] = []
        sockets.push(frames)
        socket.on('framesent', ({ payload }) => frames.push(toFrame('out', payload)))
        socket.on('framereceived', ({ payload }) => frames.push(toFrame('in', payload)))
      })
      page.on('response', async (response) => {
        if (!response.url().endsWith('/api/session-token') || !response.ok()) return
        try {
          const { token } = await response.json()
          tokens.push(token)
        } catch (error) {
          // a page that is closed takes the answer with it
          if (!page.isClosed()) throw error
        }
      })
    },
    requests: (method) =>
      sockets.flat().flatMap((frame) => (frame.method === method ? [frame.params ?? {}] : [])),
  }
}

// --- Internal helpers ---

function toFrame(direction: TappedFrame['direction'], payload: string | Buffer): TappedFrame {
  return { direction, ...JSON.parse(String(payload)) }
}
