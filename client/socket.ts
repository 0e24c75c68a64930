// Socket: the part of a WebSocket that the client uses, as browsers, Node and the `ws` package have it.

export interface Socket {
  /** 1 while open */
  readonly readyState: number
  send(text: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void
  addEventListener(type: 'error', listener: () => void): void
}

export type SocketConstructor = new (url: string, protocols: string[]) => Socket
