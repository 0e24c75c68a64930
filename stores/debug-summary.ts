// The few words by which the debug view tells one frame from another of its kind. Pure.

/** "bob, seq 3, read 2": whichever of these the params of a request or the data of an event hold. */
export function toGist(body: object): string {
  const told = { ...body, ...innerOf(body) }
  return Object.entries(labels)
    .flatMap(([field, label]) => {
      const value = Object.entries(told).find(([key]) => key === field)?.[1]
      return typeof value === 'string' || typeof value === 'number' ? [`${label}${value}`] : []
    })
    .join(', ')
}

/** Field → what is said before its value; never what a message says. */
const labels: Record<string, string> = {
  senderId: '',
  userId: '',
  status: '',
  seq: 'seq ',
  deliveredSeq: 'delivered ',
  readSeq: 'read ',
  rev: 'rev ',
  deletedAt: 'deleted ',
  reason: '',
}

/** Most events hold one noun. */
function innerOf(body: object): object {
  const [inner] = Object.values(body)
  return Object.keys(body).length === 1 && typeof inner === 'object' && inner !== null ? inner : {}
}
