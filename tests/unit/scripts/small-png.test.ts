// Small PNGs: the picture stays what it is, in few bytes.
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { toSmallPng } from '#rufer/scripts/screenshots/small-png.ts'

const ROOT = join(import.meta.dirname, '../../..')
const MOST_BYTES = 100_000

it('keeps every pixel of a picture of few colours', async () => {
  const raw = { width: 3, height: 2, channels: 3 } as const
  const pixels = Buffer.from([255, 0, 0, 0, 128, 0, 1, 2, 250, 1, 2, 250, 255, 0, 0, 0, 128, 0])
  const small = sharp(await toSmallPng(await sharp(pixels, { raw }).png().toBuffer()))
  expect(await small.metadata()).toMatchObject({ format: 'png', isPalette: true, width: 3, height: 2 })
  expect(await small.removeAlpha().raw().toBuffer()).toEqual(pixels)
})

it('is how the pictures of the documents are written', () => {
  const pictures = globSync('docs/**/*.png', { cwd: ROOT })
  expect(pictures.length).toBeGreaterThan(5)
  const large = pictures.filter((picture) => statSync(join(ROOT, picture)).size > MOST_BYTES)
  expect(large).toEqual([])
})
