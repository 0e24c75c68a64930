// Everything secret that tests were given or sent, so that no log may repeat it.

const secrets = new Set<string>()

/** Remembers a token, key, code, cookie or text; one that is so short that it may stand anywhere is none. */
export function keepSecret(value: unknown): void {
  if (typeof value === 'string' && value.length >= 10) secrets.add(value)
}

/** Those that stand in what a server printed. */
export function secretsIn(output: string): string[] {
  return [...secrets].filter((secret) => output.includes(secret))
}

/** Forgets them all: what one file calls a secret may well be an ordinary word in the next one, in the same process. */
export function forgetSecrets(): void {
  secrets.clear()
}
