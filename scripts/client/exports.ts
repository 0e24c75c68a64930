// What rufer-client gives its users: names by the file of client/ that they come from.

type Names = Record<string, string[]>

export const PUBLIC: { values: Names; types: Names } = {
  values: {
    'chat-client': ['ChatClient'],
    'request-error': ['RequestError'],
    'token-refused': ['TokenRefused'],
    'token-delayed': ['TokenDelayed'],
  },
  types: {
    'chat-client-options': ['ChatClientOptions', 'ChatClientEvents'],
    clock: ['Clock'],
    connection: ['Session', 'SessionToken'],
    outbox: ['OutboxRow'],
    'outbox-storage': ['KeyValueStorage', 'Locks'],
    'request-error': ['RequestErrorCode'],
    sending: ['Draft'],
    socket: ['Socket', 'SocketConstructor'],
    status: ['ClosedReason', 'ConnectionStatus'],
    trace: ['Trace'],
  },
}

/** A line for each file: `export { … } from '…'`. */
export function toExports(
  names: Names,
  toPath: (file: string) => string,
  kind: 'export' | 'export type' = 'export',
): string {
  return Object.entries(names)
    .map(([file, of]) => `${kind} { ${of.join(', ')} } from '${toPath(file)}'\n`)
    .join('')
}
