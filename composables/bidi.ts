// Text of others among words of ours: what turns the direction in it must not turn what stands around it. Pure.

/** Characters that turn the direction of what follows. */
export const TURNS_DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/** A name for where no element can hold it apart, such as a title: nothing in it reaches past its end. */
export function isolate(name: string): string {
  return TURNS_DIRECTION.test(name) ? `\u2068${name.replaceAll('\u2069', '')}\u2069` : name
}
