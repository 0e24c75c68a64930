// Before each file of tests, of which one process runs many: what the last one left behind is forgotten.
import { forgetSecrets } from './secrets.ts'

forgetSecrets()
