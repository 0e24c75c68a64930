// A socket of the fuzzer: opened with a fresh token, it notes replies, events and its end.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { closeCodes } from '#rufer/shared/protocol/close-codes.ts'
import { tcpOf } from '#rufer/tests/helpers/wire.ts'
import type { Mark } from './target.ts'

export type Frame = Record<string, unknown>

export interface FuzzSocket {
  userId: string
  isOpen: () => boolean
  send: (text: string) => void
  /** the bytes under it, to write what no client would */
  tcp: Socket
  /** the reply with this id; undefined when the socket ended before, 'late' after far too long */
  reply: (id: number) => Promise<Frame | undefined | 'late'>
  /** its session was ended by the back end: it owes nothing any more */
  isRevoked: () => boolean
  /** the code it was closed with, or 'late' after far too long */
  ended: () => Promise<number | 'late'>
  close: () => void
}

interface Opening {
  userId: string
  onEvent?: (frame: Frame) => void
}

/** Opens a socket for a user. @throws Error where the server does not let it in */
export async function openSocket(target: Mark, opening: Opening): Promise<FuzzSocket> {
  for (let attempts = 20; ; attempts--) {
    const opened = await tryToOpen(target, opening)
    if (typeof opened !== 'string') return opened
    if (attempts === 0) throw new Error(`the server lets nobody in: ${opened}`)
  }
}

/** What is not there by then will never come. */
export async function orLate<T>(wanted: Promise<T>): Promise<T | 'late'> {
  const patience = new AbortController()
  const late = delay(PATIENCE_MS, 'late' as const, { ref: false, signal: patience.signal }).catch(
    () => 'late' as const,
  )
  try {
    return await Promise.race([wanted, late])
  } finally {
    patience.abort()
  }
}

// --- Internal helpers ---

const PATIENCE_MS = 20_000

/** Why there is none, as where the token was ended meanwhile, like all of its user's. */
async function tryToOpen(
  target: Mark,
  { userId, onEvent = () => {} }: Opening,
): Promise<FuzzSocket | string> {
  const token = await target.token(userId)
  const socket = new WebSocket(`ws://${target.host}/ws`, ['rufer.v1', `rufer.token.${token}`])
  const waiting = new Map<number, (frame: Frame | undefined) => void>()
  const replies = new Map<number, Frame>()
  let closeCode = 0
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => {
      closeCode = code
      resolve(code)
      for (const settle of waiting.values()) settle(undefined)
    })
  })
  let refusal = 'closed'
  socket.on('error', ({ message }) => (refusal = message))
  socket.on('message', (data: Buffer) => {
    const frame: Frame = JSON.parse(data.toString())
    const { id } = frame
    if (typeof id !== 'number') return onEvent(frame)
    const settle = waiting.get(id)
    if (settle) settle(frame)
    else replies.set(id, frame)
  })
  const isOpen = await Promise.race([once(socket, 'open').then(() => true), closed.then(() => false)])
  if (!isOpen) return refusal

  return {
    userId,
    isOpen: () => socket.readyState === WebSocket.OPEN,
    isRevoked: () => closeCode === closeCodes.ended.code,
    send: (text) => socket.send(text),
    tcp: tcpOf({ socket }),
    reply(id) {
      const told = replies.get(id)
      replies.delete(id)
      if (told) return Promise.resolve(told)
      const reply = new Promise<Frame | undefined>((resolve) => waiting.set(id, resolve))
      if (socket.readyState === WebSocket.CLOSED) waiting.get(id)?.(undefined)
      return orLate(reply.finally(() => waiting.delete(id)))
    },
    ended: () => orLate(closed),
    close: () => socket.terminate(),
  }
}
