// Preloaded into a server under test: somebody turns the machine's clock at every SIGUSR2. Timers go on as they are.
const offsets = (process.env['TURNED_CLOCK_MS'] ?? '').split(',').map(Number)
const { now } = Date
let turnedMs = 0

process.on('SIGUSR2', () => (turnedMs = offsets.shift() ?? turnedMs))
Date.now = () => now() + turnedMs
globalThis.Date = new Proxy(Date, {
  construct: (target, args, type) =>
    Reflect.construct(target, args.length === 0 ? [target.now()] : args, type),
})
