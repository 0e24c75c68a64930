// A picture of a page as a small PNG: of the 256 colours it has most of, which is all of them but for the edges of letters.
import { crc32, deflateSync, inflateSync } from 'node:zlib'

/** Takes a PNG as browsers write it, of 8 bits a channel and not interlaced. */
export function toSmallPng(png: Buffer): Buffer {
  const picture = read(png)
  const palette = mostOf(countColours(picture.pixels))
  const rows = toRows(picture, palette)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(picture.width, 0)
  header.writeUInt32BE(picture.height, 4)
  header.set([8, INDEXED], 8)
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const parts = [
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...parts])
}

// --- Internal helpers ---

const SIGNATURE_BYTES = 8
const MOST_COLOURS = 256
const RGB = 2
const INDEXED = 3

interface Picture {
  width: number
  height: number
  /** red, green and blue in one number each */
  pixels: Uint32Array
}

function read(png: Buffer): Picture {
  const data: Buffer[] = []
  let header = Buffer.alloc(0)
  for (let at = SIGNATURE_BYTES; at < png.length;) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const body = png.subarray(at + 8, at + 8 + length)
    if (type === 'IHDR') header = Buffer.from(body)
    if (type === 'IDAT') data.push(body)
    at += length + 12
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const channels = header[9] === RGB ? 3 : 4
  const bytes = unfilter(inflateSync(Buffer.concat(data)), { width: width * channels, height, channels })
  const pixels = Uint32Array.from({ length: width * height }, (_, index) =>
    bytes.readUIntBE(index * channels, 3),
  )
  return { width, height, pixels }
}

/** Undoes what made each line easier to compress: its bytes as differences from those before and above. */
function unfilter(
  lines: Buffer,
  { width, height, channels }: { width: number; height: number; channels: number },
) {
  const bytes = Buffer.alloc(width * height)
  const byteAt = (x: number, y: number) => (x < 0 || y < 0 ? 0 : bytes.readUInt8(y * width + x))
  for (let y = 0; y < height; y++) {
    const from = y * (width + 1)
    for (let x = 0; x < width; x++) {
      const before = x - channels
      const around = { left: byteAt(before, y), up: byteAt(x, y - 1), corner: byteAt(before, y - 1) }
      const guess = predict(lines.readUInt8(from), around)
      bytes[y * width + x] = lines.readUInt8(from + 1 + x) + guess
    }
  }
  return bytes
}

/** The filters of PNG: none, what is left, what is above, their mean, and whichever Paeth would take. */
function predict(filter: number, { left, up, corner }: { left: number; up: number; corner: number }): number {
  if (filter < 4) return [0, left, up, (left + up) >> 1][filter] ?? 0
  const from = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(from - left), Math.abs(from - up), Math.abs(from - corner)]
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}

function countColours(pixels: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  return counts
}

function mostOf(counts: Map<number, number>): number[] {
  const ranked = [...counts].toSorted(([, a], [, b]) => b - a)
  return ranked.slice(0, MOST_COLOURS).map(([colour]) => colour)
}

/** Numbers of the palette, line by line, each line without a filter. */
function toRows({ width, height, pixels }: Picture, palette: number[]): Buffer {
  const numbers = new Map(palette.map((colour, index) => [colour, index]))
  const rows = Buffer.alloc((width + 1) * height)
  for (const [index, colour] of pixels.entries()) {
    const number = numbers.get(colour) ?? nearest(colour, palette)
    numbers.set(colour, number)
    rows[index + Math.floor(index / width) + 1] = number
  }
  return rows
}

function nearest(colour: number, palette: number[]): number {
  const distances = palette.map((other) => distance(colour, other))
  return distances.indexOf(Math.min(...distances))
}

function distance(a: number, b: number): number {
  const squares = [16, 8, 0].map((shift) => (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2)
  return squares.reduce((sum, square) => sum + square, 0)
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
