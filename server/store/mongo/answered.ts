// Answers: how long the driver is waited for. One that writes to a connection just as the server ends it waits for ever.

/** No answer came in time: what was asked for was done once or not at all. */
export class Unanswered extends Error {
  constructor() {
    super('unable to await the answer of the server; none came in time')
    this.name = 'Unanswered'
  }
}

/** Longer than selecting a server takes where there is one. */
const ANSWER_MS = 10_000

/** What the work comes to. @throws Unanswered where it comes to nothing in time; it may go on by itself */
export async function answered<Result>(work: Promise<Result>, ms = ANSWER_MS): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Unanswered()), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
