// A picture of a page as a small PNG: its colours as a palette, which leaves out only some of those at the edges of letters.
import sharp from 'sharp'

/** Takes a picture in any format that browsers write. */
export async function toSmallPng(picture: Buffer): Promise<Buffer> {
  return await sharp(picture).png({ palette: true, dither: 0, effort: 10 }).toBuffer()
}
