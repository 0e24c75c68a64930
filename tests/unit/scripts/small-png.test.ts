// Small PNGs: the picture stays what it is, in few bytes.
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { toSmallPng } from '#rufer/scripts/screenshots/small-png.ts'

const ROOT = join(import.meta.dirname, '../../..')
const MOST_BYTES = 100_000
const RED = [255, 0, 0]
const GREEN = [0, 128, 0]
const BLUE = [1, 2, 250]

it('keeps every pixel of a picture of few colours, however its lines were written', () => {
  const lines = [RED, GREEN, BLUE, RED, BLUE].map((first) => [...first, ...GREEN, ...RED, ...BLUE])
  expect(colourRows(toSmallPng(toPng(lines)))).toEqual(lines)
})

it('takes the nearest where there are more colours than a palette holds', () => {
  const line = Array.from({ length: 300 }, (_, index) => [index & 255, index >> 8, 0]).flat()
  const [told = []] = colourRows(toSmallPng(toPng([line])))
  const off = line.map((value, index) => Math.abs(value - (told[index] ?? 0)))
  expect(off.filter((one) => one > 0)).toEqual(Array(44).fill(1))
})

it('is how the pictures of the documents are written', () => {
  const pictures = globSync('docs/**/*.png', { cwd: ROOT })
  expect(pictures.length).toBeGreaterThan(5)
  const large = pictures.filter((picture) => statSync(join(ROOT, picture)).size > MOST_BYTES)
  expect(large).toEqual([])
})

/** A PNG of such lines of red, green and blue, each line by another of the five filters. */
function toPng(lines: number[][]): Buffer {
  const width = (lines[0]?.length ?? 0) / 3
  const filtered = lines.map((line, index) => [index, ...filter(index, line, lines[index - 1] ?? [])])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(lines.length, 4)
  header.set([8, 2], 8)
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(filtered.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** As the specification of PNG has it; `number` is that of the filter. */
function filter(number: number, line: number[], above: number[]): number[] {
  return line.map((value, x) => {
    const [a, b, c] = [line[x - 3] ?? 0, above[x] ?? 0, above[x - 3] ?? 0]
    const from = [a, b, c].toSorted((one, other) => Math.abs(a + b - c - one) - Math.abs(a + b - c - other))
    return (value - ([0, a, b, (a + b) >> 1, from[0] ?? 0][number] ?? 0)) & 255
  })
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const numbers = [Buffer.alloc(4), Buffer.alloc(4)] as const
  numbers[0].writeUInt32BE(body.length)
  numbers[1].writeUInt32BE(crc32(named))
  return Buffer.concat([numbers[0], named, numbers[1]])
}

/** The colours of a picture that has a palette, line by line. */
function colourRows(png: Buffer): number[][] {
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    const length = png.readUInt32BE(at)
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)))
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length))
  }
  const [header, palette, data] = ['IHDR', 'PLTE', 'IDAT'].map((type) => chunks.get(type) ?? Buffer.alloc(0))
  const [width, rows] = [header?.readUInt32BE(0) ?? 0, inflateSync(data ?? Buffer.alloc(0))]
  return Array.from({ length: rows.length / (width + 1) }, (_, y) =>
    [...rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1))].flatMap((number) => [
      ...(palette?.subarray(number * 3, number * 3 + 3) ?? []),
    ]),
  )
}
