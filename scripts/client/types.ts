// The types of rufer-client: those of client/ as the compiler declares them, on a protocol written out of the zod tables.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { PUBLIC, toExports } from './exports.ts'
import { protocolTypes } from './protocol-types.ts'

/** Writes index.d.ts, and every declaration that it leads to. */
export function writeTypes(target: string): void {
  const declared = declare()
  const index =
    toExports(PUBLIC.values, toJs) +
    toExports(PUBLIC.types, toJs, 'export type') +
    "export type * from './protocol.js'\n"
  writeFileSync(join(target, 'index.d.ts'), index)
  writeFileSync(join(target, 'protocol.d.ts'), protocolTypes())
  for (const file of reachable(index, declared))
    writeFileSync(join(target, `${file}.d.ts`), declared.get(file) ?? '')
}

// --- Internal helpers ---

const CLIENT = join(import.meta.dirname, '../../client')

function toJs(file: string) {
  return `./${file}.js`
}

/** The declarations of the client, by file, as another package can read them. */
function declare(): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'rufer-client-'))
  const written = new Map<string, string>()
  const program = ts.createProgram([join(CLIENT, 'chat-client.ts')], {
    ...OPTIONS,
    outDir: folder,
    rootDir: join(CLIENT, '..'),
  })
  const { diagnostics } = program.emit(undefined, (path, text) => {
    const file = /\/client\/([\w-]+)\.d\.ts$/.exec(path)?.[1]
    if (file !== undefined) written.set(file, toPackaged(text))
  })
  rmSync(folder, { recursive: true })
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, HOST))
  return written
}

const OPTIONS: ts.CompilerOptions = {
  declaration: true,
  emitDeclarationOnly: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts'],
  types: [],
}

const HOST: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (path) => path,
  getCurrentDirectory: () => CLIENT,
  getNewLine: () => '\n',
}

/** With paths that lead to the files of the package. */
function toPackaged(text: string) {
  return text
    .replaceAll(/'#rufer\/shared\/[^']+'/g, "'./protocol.js'")
    .replaceAll(/'(\.\/[\w-]+)\.ts'/g, "'$1.js'")
}

/** The files that a text leads to. */
function reachable(text: string, declared: Map<string, string>, found = new Set<string>()): Set<string> {
  for (const [, file = ''] of text.matchAll(/'\.\/([\w-]+)\.js'/g)) {
    const next = declared.get(file)
    if (next === undefined || found.has(file)) continue
    found.add(file)
    reachable(next, declared, found)
  }
  return found
}
