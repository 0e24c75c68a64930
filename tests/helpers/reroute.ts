// Loaded into a server before anything else: connections to some ports of loopback go to others, such as those of proxies.
import net from 'node:net'
import { syncBuiltinESMExports } from 'node:module'

/** As `27017=30001,27018=30002`. */
const ports = new Map(
  (process.env['TEST_REROUTE'] ?? '').split(',').map((pair) => {
    const [from, to] = pair.split('=').map(Number)
    return [from, to]
  }),
)
const { createConnection } = net

net.createConnection = ((options: net.NetConnectOpts, ...rest: []) => {
  const port = 'port' in options ? ports.get(options.port) : undefined
  return createConnection(port === undefined ? options : { ...options, port }, ...rest)
}) as typeof net.createConnection
syncBuiltinESMExports()
