// Preloaded into a server under test: at every SIGUSR2 its event loop stands still for TEST_STALL_MS.
const stallMs = Number(process.env['TEST_STALL_MS'])

process.on('SIGUSR2', () => {
  const end = performance.now() + stallMs
  while (performance.now() < end) continue
})
