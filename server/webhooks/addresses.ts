// Which addresses webhooks may go to: public ones, whatever a name is resolved to at the moment of connecting.
import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** @throws Error where a host is written as an address that is not public; names are looked at once they are resolved */
export function refusePrivateHost(hostname: string): void {
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && isPrivate(address)) throw new Error(REFUSAL)
}

/** Resolves a name for a connection, and fails where one of its addresses is not public. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    if (error || !first) return callback(error ?? new Error('the name has no address'), '')
    if (addresses.some(({ address }) => isPrivate(address))) return callback(new Error(REFUSAL), '')
    if (options.all) return callback(null, addresses)
    callback(null, first.address, first.family)
  })
}

/** Whether an address means this machine, its network, or nobody at all. */
export function isPrivate(address: string): boolean {
  return closed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

// --- Internal helpers ---

const REFUSAL = 'the address is private; set RUFER_WEBHOOK_PRIVATE=true where that is meant'

const closed = new BlockList()
/** IANA's registries of special-purpose addresses, without the public ones among them. */
const SUBNETS: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // also ::1 and addresses of IPv4 within, mapped ones apart, which are looked at as what they are
  ['::', 96],
  // translated to IPv4 on the way
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]
for (const [net, bits] of SUBNETS) closed.addSubnet(net, bits, net.includes(':') ? 'ipv6' : 'ipv4')
