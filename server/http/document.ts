// A document in JSON that is the same for everybody.
import { defineEventHandler, setResponseHeaders, type EventHandler } from 'h3'

/** An event handler that answers with a document, made when it is first asked for. */
export function defineDocument(make: () => object): EventHandler {
  let json: string | undefined
  return defineEventHandler((event) => {
    setResponseHeaders(event, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' })
    return (json ??= JSON.stringify(make()))
  })
}
