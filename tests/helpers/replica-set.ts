// A MongoDB replica set for tests: mongod processes of one's own, on loopback, with their data in a folder that goes with them.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import mongoose from 'mongoose'
import { freePort } from './free-port.ts'
import { findMongod } from '#rufer/scripts/mongod.ts'

export interface ReplicaSet {
  uri: string
  members: Member[]
  /** Starts a member that has ended, on its own data. */
  start(member: Member): Promise<void>
  /** Sends a signal; resolves once the process has ended where the signal ends it. */
  signal(member: Member, name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** Runs a command in a member's admin database. */
  admin(member: Member, command: Record<string, unknown>): Promise<mongoose.mongo.Document>
  /** The member that takes writes, once there is one. */
  primary(): Promise<Member>
  /** Has the primary step down; resolves once another member takes writes. */
  stepDown(): Promise<void>
  /** Ends every member and removes the data. */
  stop(): Promise<void>
}

interface Member {
  id: number
  host: string
  child: ChildProcess
  isPaused: boolean
}

interface ReplicaSetOptions {
  members?: number
  /** further arguments of every mongod */
  args?: string[]
  /** settings of the set, such as electionTimeoutMillis */
  settings?: Record<string, number>
  /** false: a server that belongs to no set */
  isSet?: boolean
}

/** Starts a set and waits for its primary. */
export async function startReplicaSet(options: ReplicaSetOptions = {}): Promise<ReplicaSet> {
  const { members: count = 1, args = [], settings = { electionTimeoutMillis: 1_000 } } = options
  const { isSet = true } = options
  const binary = await findMongod()
  const folder = mkdtempSync(join(tmpdir(), 'rufer-mongo-'))
  const hosts = await Promise.all(Array.from({ length: count }, async () => `127.0.0.1:${await freePort()}`))
  const launchAt = (host: string, id: number) =>
    launch({
      binary,
      host,
      folder: join(folder, String(id)),
      args: [...(isSet ? ['--replSet', 'rs'] : []), ...args],
    })
  const members = hosts.map((host, id): Member => ({ id, host, child: launchAt(host, id), isPaused: false }))
  const kill = () => members.filter(isAlive).forEach(({ child }) => child.kill('SIGKILL'))
  process.on('exit', kill)

  const set: ReplicaSet = {
    uri: `mongodb://${hosts.join(',')}/?${isSet ? 'replicaSet=rs' : ''}`,
    members,
    async start(member) {
      Object.assign(member, { child: launchAt(member.host, member.id), isPaused: false })
      await command(member, { hello: 1 })
    },
    async signal(member, name) {
      const ended = name === 'SIGKILL' || name === 'SIGTERM' ? once(member.child, 'exit') : undefined
      member.isPaused = name === 'SIGSTOP'
      member.child.kill(name)
      await ended
    },
    admin: command,
    primary: () => findPrimary(members),
    async stepDown() {
      await askToStepDown(members)
      await findPrimary(members)
    },
    async stop() {
      process.off('exit', kill)
      await Promise.all(members.filter(isAlive).map((member) => set.signal(member, 'SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await (isSet ? initiate(set, settings) : set.primary()).catch(async (error: unknown) => {
    await set.stop()
    throw error
  })
  return set
}

// --- Internal helpers ---

/** Ends the member however this process ends. */
const guard = spawnSync('setpriv', ['--version']).status === 0 ? ['setpriv', '--pdeathsig', 'KILL'] : []

function launch(options: { binary: string; host: string; folder: string; args: string[] }): ChildProcess {
  const { binary, host, folder, args } = options
  mkdirSync(folder, { recursive: true })
  const log = openSync(`${folder}.log`, 'a')
  const port = host.split(':')[1] ?? ''
  const own = ['--port', port, '--bind_ip', '127.0.0.1', '--dbpath', folder]
  const small = ['--wiredTigerCacheSizeGB', '0.25', '--nounixsocket']
  const [file = binary, ...rest] = [...guard, binary, ...own, ...small, ...args]
  const child = spawn(file, rest, { stdio: ['ignore', log, log] })
  closeSync(log)
  return child
}

function isAlive({ child }: Member) {
  return child.exitCode === null && child.signalCode === null
}

async function command(member: Member, wanted: Record<string, unknown>) {
  if (!isAlive(member)) throw new Error(`unable to reach mongod ${member.id}; it has ended`)
  const client = new mongoose.mongo.MongoClient(`mongodb://${member.host}/?directConnection=true`)
  try {
    return await client.db('admin').command(wanted)
  } finally {
    await client.close()
  }
}

/** It refuses where it is none any more by then, or no other member has caught up with it in time. */
async function askToStepDown(members: Member[], attempts = 5): Promise<void> {
  const primary = await findPrimary(members)
  try {
    await command(primary, { replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5 })
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoServerError) || attempts === 1) throw error
    await askToStepDown(members, attempts - 1)
  }
}

async function initiate(set: ReplicaSet, settings: Record<string, number>) {
  // a member that does not listen yet would make it fail
  await Promise.all(set.members.map((member) => set.admin(member, { hello: 1 })))
  const [first] = set.members
  if (!first) throw new Error('unable to start a replica set; it has no members')
  const members = set.members.map(({ id, host }) => ({ _id: id, host }))
  const config = { _id: 'rs', settings: { heartbeatIntervalMillis: 200, ...settings }, members }
  await set.admin(first, { replSetInitiate: config })
  await set.primary()
}

async function findPrimary(members: Member[]): Promise<Member> {
  const running = members.filter((member) => isAlive(member) && !member.isPaused)
  const replies = await Promise.all(running.map((member) => command(member, { hello: 1 })))
  const primary = running.find((_, index) => replies[index]?.['isWritablePrimary'] === true)
  if (primary) return primary
  await pause(25)
  return findPrimary(members)
}
