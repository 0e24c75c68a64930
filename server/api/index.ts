// The path /api itself, which is answered as any other under it.
export { default } from './[...].ts'
