// A browser for the tests: found where one usually is, else installed.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

/**
 * The path of a Chromium: `CHROMIUM_PATH`, Playwright's own, the system's.
 *
 * @returns undefined where there is none
 */
export function findChromium(): string | undefined {
  const candidates = [process.env['CHROMIUM_PATH'], playwrightsOwn(), ...SYSTEM]
  return candidates.find((path) => path !== undefined && existsSync(path))
}

/**
 * The path of a Chromium, which is installed if there is none: by Playwright, or as root from the system's packages.
 *
 * @throws Error that says what to install
 */
export function findOrInstallChromium(): string {
  const found = findChromium()
  if (found) return found
  process.stdout.write('No browser found; installing one for the tests.\n')
  for (const install of [installByPlaywright, installFromPackages]) {
    install()
    const installed = findChromium()
    if (installed) return installed
  }
  throw new Error(
    'unable to test in a browser; there is none and it could not be installed. ' +
      'Install Chromium (for example: sudo apt-get install chromium-headless-shell), or set CHROMIUM_PATH to one',
  )
}

// --- Internal helpers ---

const SYSTEM = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

function playwrightsOwn() {
  return chromium.executablePath()
}

function installByPlaywright() {
  spawnSync('npx', ['playwright-core', 'install', 'chromium'], { stdio: 'inherit', timeout: 300_000 })
}

function installFromPackages() {
  if (process.getuid?.() !== 0) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update', '-qq'], INSTALL])
    spawnSync('apt-get', [...PATIENT, ...args], { stdio: 'inherit', env })
}

/** A machine that has just started may hold the lock for a while, and a mirror may fail once. */
const PATIENT = ['-o', 'Acquire::Retries=5', '-o', 'DPkg::Lock::Timeout=120']
const INSTALL = ['install', '-y', '--no-install-recommends', 'chromium-headless-shell', 'fonts-dejavu-core']
