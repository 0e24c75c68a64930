// npm run dev: checks the settings, starts Nuxt, and says where to go.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pretty from 'pino-pretty'
import { ConfigError, parseConfig } from '#rufer/server/config.ts'
import { freePorts } from './free-ports.ts'

const env: NodeJS.ProcessEnv = {
  ...process.env,
  RUFER_DEMO: process.env['RUFER_DEMO'] || 'true',
  NUXT_TELEMETRY_DISABLED: '1',
  ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
}
const { dataDir, isDemo } = readConfig()
const [port] = env['PORT'] ? [Number(env['PORT'])] : await freePorts([3000])
const nuxt = spawn('nuxt', ['dev', '--port', String(port)], { env, stdio: ['inherit', 'pipe', 'inherit'] })
nuxt.stdout.pipe(
  pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
)
// Nuxt ends in time on SIGINT only; what a terminal sends reaches it by itself
process.once('SIGTERM', () => nuxt.kill('SIGINT'))
process.once('SIGINT', () => {})
const ended = once(nuxt, 'exit')
await Promise.race([welcome(), ended])
const [code] = await ended
process.exitCode = Number(code ?? 0)

// --- Internal helpers ---

function readConfig() {
  try {
    return parseConfig(env, { isDev: true })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    return process.exit(1)
  }
}

async function welcome(): Promise<void> {
  const url = `http://localhost:${port}`
  while (!(await isReady(url))) await delay(100)
  const chats = isDemo
    ? `  Alice      ${url}/chat?userId=alice
  Bob        ${url}/chat?userId=bob
  Debug view ${url}/chat?userId=alice&debug=true`
    : `  Chat       ${url}/chat (demo mode is off: open a sign-in link first)`
  process.stdout.write(`
  Rufer is running. Open two windows and chat:

${chats}
  Data       ${resolve(dataDir)}

`)
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
}
