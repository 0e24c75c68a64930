// The scroller: where the end is, and what a change of the rows does to the reader's place.
import { expect, it, onTestFinished } from 'vitest'
import { effectScope, ref, shallowRef } from 'vue'
import { useScroller } from '#rufer/composables/useScroller.ts'

it('is at the end only where the conversation ends', () => {
  const { view, hasNewer, scrollTo } = makeList()
  scrollTo(0)
  expect(view.isAtEnd.value).toBe(true)
  hasNewer.value = true
  scrollTo(0)
  expect(view.isAtEnd.value).toBe(false)
})

it('stays at the end when rows come there, and where the reader is when they come elsewhere', async () => {
  const { view, addRow, firstTop, scrollTo } = makeList()
  scrollTo(0)
  await view.keepPlace(addRow)
  expect(firstTop()).toBe(-1_100)
  scrollTo(-500)
  const before = firstTop()
  await view.keepPlace(addRow)
  expect(firstTop()).toBe(before)
})

it('does not undo a scrolling from the end whose event is still to come when rows do', async () => {
  const { view, addRow, firstTop, scroller, scrollTo } = makeList()
  scrollTo(0)
  scroller.scrollTop = -500
  const before = firstTop()
  await view.keepPlace(addRow)
  expect(firstTop()).toBe(before)
  expect(view.isAtEnd.value).toBe(false)
})

it('keeps the top of a row that grows, even at the end', async () => {
  const { view, rows, growLast, topOf, scrollTo } = makeList()
  scrollTo(0)
  const last = rows().at(-1)
  if (!last) throw new Error('unable to find the last row; there is none')
  const before = topOf(last)
  await view.keepRow(last, growLast)
  expect(topOf(last)).toBe(before)
  expect(view.isAtEnd.value).toBe(false)
})

/** Twenty rows of 100 px in a scroller of 1,000 px; happy-dom has no layout, so the rows say where they are. */
function makeList() {
  const scroller = document.createElement('div')
  const list = document.createElement('ol')
  scroller.append(list)
  document.body.append(scroller)
  onTestFinished(() => scroller.remove())
  Object.defineProperty(scroller, 'clientHeight', { value: 1_000 })
  scroller.getBoundingClientRect = () => new DOMRect(0, 0, 500, 1_000)
  const heights = new Map<Element, number>()
  const rows = () => [...list.children]
  /** From the bottom up, as in a reversed column. */
  const topOf = (row: Element) => {
    const from = rows().slice(rows().indexOf(row))
    return 1_000 - scroller.scrollTop - from.reduce((sum, each) => sum + (heights.get(each) ?? 0), 0)
  }
  const addRow = () => {
    const row = document.createElement('li')
    heights.set(row, 100)
    row.getBoundingClientRect = () => new DOMRect(0, topOf(row), 500, heights.get(row))
    list.append(row)
  }
  for (let count = 0; count < 20; count++) addRow()
  const hasNewer = ref(false)
  const elements = { scroller: shallowRef(scroller), list: shallowRef(list), hasNewer }
  const view = effectScope().run(() => useScroller(elements))
  if (!view) throw new Error('unable to make the scroller')
  return {
    view,
    scroller,
    hasNewer,
    rows,
    topOf,
    addRow,
    growLast: () => void heights.set(rows().at(-1) ?? list, 700),
    firstTop: () => topOf(list.children[0] ?? list),
    scrollTo: (top: number) => {
      scroller.scrollTop = top
      scroller.dispatchEvent(new Event('scroll'))
    },
  }
}
