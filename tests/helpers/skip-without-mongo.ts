// For a project whose every test needs a MongoDB.
import { skipWithoutMongo } from './mongo.ts'

skipWithoutMongo()
