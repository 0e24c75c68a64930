// Rounds: the same measurements again and again, so that what disturbs one of them disturbs all alike.

/** Measures so many times, one after the other, and says on stderr how far it has come. */
export function takeRounds<Round>(rounds: number, takeRound: () => Promise<Round>): Promise<Round[]> {
  return Array.fromAsync({ length: rounds }, (_, index) => {
    process.stderr.write(`round ${index + 1} of ${rounds}\n`)
    return takeRound()
  })
}
