// A row as SQLite gave it, whose columns are read as the type that they are declared with.
export class Row {
  readonly #columns: Record<string, unknown>

  constructor(columns: Record<string, unknown>) {
    this.#columns = columns
  }

  text(name: string): string {
    const value = this.#columns[name]
    if (typeof value !== 'string') throw new TypeError(`unable to read column ${name}; it is no text`)
    return value
  }

  /** Text that was selected as its bytes where it is long. */
  textInBytes(name: string): string {
    const value = this.#columns[name]
    if (!(value instanceof Uint8Array)) return this.text(name)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
  }

  textOrNull(name: string): string | null {
    return this.#columns[name] === null ? null : this.text(name)
  }

  number(name: string): number {
    const value = this.#columns[name]
    if (typeof value !== 'number') throw new TypeError(`unable to read column ${name}; it is no number`)
    return value
  }
}
