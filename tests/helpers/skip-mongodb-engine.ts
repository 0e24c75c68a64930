// For a project that tests every engine: without a MongoDB, what is left are the tests of the others.
import { skipWithoutMongo } from './mongo.ts'

skipWithoutMongo(/\(mongodb\)$/)
