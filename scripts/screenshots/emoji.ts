// Whether the browser has a font for emoji.
import type { Browser } from 'playwright-core'

/** Draws one and looks for colour. */
export async function hasColourEmoji(browser: Browser): Promise<boolean> {
  const page = await browser.newPage()
  const isColoured = await page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d')
    if (!canvas) return false
    canvas.font = '40px sans-serif'
    canvas.fillText('🎉', 0, 50)
    const { data } = canvas.getImageData(0, 0, 80, 80)
    return data.some((value, index) => index % 4 === 0 && value !== data[index + 1])
  })
  await page.close()
  return isColoured
}
