// What of a page cannot be seen or read although it is shown: found by where things lie.
import type { Page } from 'playwright-core'

/**
 * What sticks out of its pane sideways, is cut by what holds it, has lines lower than its letters, or lies over its
 * neighbour; nothing where all is well. An ellipsis may cut and a scroller may scroll. While a dialog is open, that
 * alone is looked at.
 */
export async function findLost(page: Page): Promise<string[]> {
  return await page.evaluate(({ hidden, rows }) => {
    /** What clips an element, by element. */
    const holders = new Map<Element, Element>()
    for (const element of document.querySelectorAll('*')) {
      const parent = element.parentElement ?? element
      const isClipping = getComputedStyle(parent).overflowX !== 'visible'
      holders.set(element, isClipping ? parent : (holders.get(parent) ?? parent))
    }
    const faults: Record<string, (element: Element) => boolean> = {
      beside(element) {
        const { left, right } = element.getBoundingClientRect()
        const holder = holders.get(element)
        if (holder && getComputedStyle(holder).textOverflow === 'ellipsis') return false
        const frame = holder?.getBoundingClientRect() ?? { left: 0, right: innerWidth }
        return left < Math.max(0, frame.left) - 1 || right > Math.min(innerWidth, frame.right) + 1
      },
      cut(element) {
        const { overflowX, overflowY, textOverflow } = getComputedStyle(element)
        const isWide = element.scrollWidth > element.clientWidth + 1 && textOverflow !== 'ellipsis'
        const isHigh = element.scrollHeight > element.clientHeight + 1
        return (overflowX !== 'visible' && isWide) || (overflowY === 'hidden' && isHigh)
      },
      low(element) {
        const { display, fontSize, lineHeight } = getComputedStyle(element)
        const hasText = [...element.childNodes].some((node) => node.nodeType === node.TEXT_NODE)
        return hasText && display !== 'inline' && Number.parseFloat(lineHeight) < Number.parseFloat(fontSize)
      },
      over(element) {
        const next = element.nextElementSibling
        if (!next || !isSeen(next) || !element.closest(rows)) return false
        if (getComputedStyle(next).position === 'absolute') return false
        const [a, b] = [element.getBoundingClientRect(), next.getBoundingClientRect()]
        const isBeside = a.right <= b.left + 1 || b.right <= a.left + 1
        const isBelow = a.bottom <= b.top + 1 || b.bottom <= a.top + 1
        return !isBeside && !isBelow
      },
    }
    function isSeen(element: Element) {
      if (element.closest(hidden) || !element.checkVisibility({ visibilityProperty: true })) return false
      // The main part is there for screen readers alone while a phone shows the list.
      return element.getBoundingClientRect().width > 1 && holders.get(element)?.clientWidth !== 1
    }

    const root = document.querySelector('dialog[open]') ?? document.body
    const seen = [...root.querySelectorAll('*')].filter(isSeen)
    return Object.entries(faults).flatMap(([fault, isFaulty]) =>
      seen
        .filter(isFaulty)
        .map(({ className, textContent }) => `${fault}: ${className} "${textContent.slice(0, 30)}"`),
    )
  }, LOOKED_AT)
}

// --- Internal helpers ---

const LOOKED_AT = {
  hidden: '.visually-hidden, .skip, option',
  /** where things stand side by side or one above the other */
  rows: 'header, footer, .item, .row, .notes, .tools',
}
