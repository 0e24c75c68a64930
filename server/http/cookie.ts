// The cookie of a signed-in browser.
import { deleteCookie, getCookie, setCookie, type H3Event } from 'h3'
import { BROWSER_SESSION_MS } from '#rufer/server/services/sessions.ts'
import type { Config } from '#rufer/server/config.ts'

/** The browser session's secret that a request carries. */
export function readBrowserCookie(event: H3Event): string | undefined {
  return getCookie(event, NAME)
}

/** Hands a browser session to the browser; over https only there. */
export function setBrowserCookie(event: H3Event, secret: string, config: Config): void {
  setCookie(event, NAME, secret, { ...options(config), maxAge: BROWSER_SESSION_MS / 1000 })
}

export function clearBrowserCookie(event: H3Event, config: Config): void {
  deleteCookie(event, NAME, options(config))
}

// --- Internal helpers ---

const NAME = 'rufer_session'

function options({ publicOrigin }: Config) {
  return {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: publicOrigin?.startsWith('https:') ?? false,
  } as const
}
