// What seeing faults costs a node under load: the part of its busy time that is spent in the
// detector and the watch around it, by a sampling profile of all four nodes.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { throughput, timeToFirstBlock } from './measures.mjs'
import { Network } from './network.mjs'

/** Where faults are looked for; verifying proofs of others is part of it. */
const DETECTION = /\/dist\/(core\/faults|host\/evidence)\//
const IDLE = '(idle)'

/** A share between 0 and 1 for each node. */
export async function detectionShares(kind, { warmUpSeconds, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'quadrille-profile-'))
  try {
    await profiledLoad(profiled(kind, folder), { warmUpSeconds, seconds })
    const profiles = readdirSync(folder).map((name) => read(join(folder, name)))
    // The commands that wrote the homes left short ones.
    profiles.sort((a, b) => b.endTime - b.startTime - (a.endTime - a.startTime))
    return profiles.slice(0, 4).map((profile) => shareOf(profile, seconds))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function profiled(kind, folder) {
  const [node, ...rest] = kind.command
  return { ...kind, command: [node, '--cpu-prof', `--cpu-prof-dir=${folder}`, ...rest] }
}

async function profiledLoad(kind, { warmUpSeconds, seconds }) {
  const network = await Network.start(kind, '100ms')
  try {
    await timeToFirstBlock(network)
    await throughput(network, warmUpSeconds)
    await throughput(network, seconds)
  } finally {
    await network.stop()
  }
}

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

// The last seconds of the profile are those under load with warm code.
function shareOf({ nodes, samples, timeDeltas, startTime, endTime }, seconds) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const detecting = new Set()
  const mark = (id, isInside) => {
    const { callFrame, children = [] } = byId.get(id)
    const isDetecting = isInside || DETECTION.test(callFrame.url)
    if (isDetecting) detecting.add(id)
    for (const child of children) mark(child, isDetecting)
  }
  mark(nodes[0].id, false)
  if (detecting.size === 0) throw new Error('no module of the detector is in the profile')
  const from = endTime - seconds * 1e6
  let [at, busy, spent] = [startTime, 0, 0]
  for (const [i, id] of samples.entries()) {
    at += timeDeltas[i]
    if (at < from || byId.get(id).callFrame.functionName === IDLE) continue
    busy += timeDeltas[i]
    if (detecting.has(id)) spent += timeDeltas[i]
  }
  return spent / busy
}
