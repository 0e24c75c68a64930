// A crowd for tests: people somebody wrote to, so that their list is as long as the test needs.
import { vi } from 'vitest'
import type { Message } from '#rufer/shared/model/message.ts'
import { register } from './api.ts'
import { connect, type TestClient } from './client.ts'
import type { TestServer } from './server.ts'

/**
 * Registers `count` people named `<userId> 1`, `<userId> 2`, … and has the user write to each in turn: the last is on
 * top of the user's list.
 */
export async function writeToMany(server: TestServer, userId: string, count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, index) => personOf(userId, index + 1))
  await register(server, userId, ...people)
  const client = await connect(server, userId)
  for (const person of people) await sayAlone(client, person, `Hello ${person}`)
  await client.close()
}

/** One of them writes to the user. */
export async function hearFrom(server: TestServer, userId: string, number: number): Promise<string> {
  const person = await connect(server, personOf(userId, number))
  const { conversationId } = await sayAlone(person, userId, `News from ${number}`)
  await person.close()
  return conversationId
}

/** Sends a message at an instant that no later one has: conversations of one instant stand in the order of their ids. */
export async function sayAlone(client: TestClient, userId: string, text: string): Promise<Message> {
  const { message } = await client.say({ userId }, text)
  await vi.waitUntil(() => Date.now() > Date.parse(message.createdAt), { interval: 1 })
  return message
}

export function personOf(userId: string, number: number): string {
  return `${userId}-${number}`
}
