// The Nuxt application: modules, TypeScript strictness, imports written out, WebSockets on.
import { join } from 'node:path'

const strictness = {
  compilerOptions: {
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    erasableSyntaxOnly: true,
  },
}

/** Nuxt's `useFetch` and `useAsyncData`, which are kept unless told that they do nothing by themselves. */
const UNCALLED = /nuxt\/dist\/app\/composables\/(?:asyncData|fetch)\.js$/

export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  srcDir: '.',
  telemetry: false,
  devtools: { enabled: false },
  modules: ['@pinia/nuxt'],
  pinia: { storesDirs: ['stores'] },
  imports: { scan: false },
  // the one that other apps take; ours are imported by name
  components: [
    { path: join(import.meta.dirname, 'components/chat'), pattern: 'ChatWindow.vue', pathPrefix: false },
  ],
  css: ['tokens', 'base'].map((name) => join(import.meta.dirname, `assets/${name}.css`)),
  features: { inlineStyles: false },
  // the page asks for no newer build of itself while the server is away
  experimental: { appManifest: false },
  vite: {
    optimizeDeps: { include: ['@vueuse/core', 'linkify-it', 'uuid'] },
    // where nobody calls these, as on our pages, the browser is spared 4 KiB of them
    build: {
      rolldownOptions: { treeshake: { moduleSideEffects: [{ test: UNCALLED, sideEffects: false }] } },
    },
  },
  typescript: { tsConfig: strictness, sharedTsConfig: strictness, nodeTsConfig: strictness },
  nitro: {
    experimental: { websocket: true },
    imports: false,
    rollupConfig: { external: ['node:sqlite'] },
    // private fields stay what they are, instead of look-ups in a WeakMap at every access
    esbuild: { options: { target: 'esnext' } },
    compressPublicAssets: { gzip: true, brotli: true },
    typescript: { tsConfig: strictness },
  },
})
