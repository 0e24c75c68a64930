// Whether somebody looks at a page, as its browser tells it: the window's focus, and whether the page can be seen.
import type { CDPSession, Page } from 'playwright-core'

/**
 * Takes the focus from a page's window, for real: minimized, without the focus that Playwright otherwise feigns.
 *
 * @returns gives the focus back
 */
export async function takeFocus(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: false })
  await setWindow(devtools, 'minimized')
  await page.waitForFunction(() => !document.hasFocus())
  return async () => {
    await setWindow(devtools, 'normal')
    await page.waitForFunction(() => document.hasFocus())
  }
}

/**
 * Makes the page hidden, as it is in a tab in the background, or visible again. A headless browser shows every tab
 * it has, whatever lies in front of it: so the page is told what a browser with a screen would tell it.
 */
export async function setVisible(page: Page, isVisible: boolean): Promise<void> {
  await page.evaluate((visible) => {
    const state = visible ? 'visible' : 'hidden'
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible })
    document.dispatchEvent(new Event('visibilitychange'))
  }, isVisible)
}

// --- Internal helpers ---

async function setWindow(devtools: CDPSession, windowState: 'minimized' | 'normal'): Promise<void> {
  const { windowId } = await devtools.send('Browser.getWindowForTarget')
  await devtools.send('Browser.setWindowBounds', { windowId, bounds: { windowState } })
}
