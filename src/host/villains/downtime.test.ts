// Downtime from end to end: one of four replicas is silent for a window, and what follows is the
// same on all nodes, in a block, at the application, in the validator set and in a proof file.

import { afterEach, expect, test } from 'vitest'
import { toHex, toHexUpper } from '../../core/bytes/index.ts'
import { formatEvidenceProof, proofNeeds } from '../../core/fault-proof/index.ts'
import { proveEvidence, verifyEvidence } from '../../core/fault-proof/index.ts'
import { DEFAULT_SLASHING_POLICY } from '../../core/types/index.ts'
import type { Evidence, Genesis } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { defineApp, DefinedApplication, serializeApplication } from '../abci/index.ts'
import type { Application } from '../abci/index.ts'
import { Cluster } from '../replica/cluster.fixture.ts'
import { loadDecision } from '../store/index.ts'

const SILENT = 3
const AWAKE = [0, 1, 2] as const
const WINDOW = 4
const slashing: Genesis['slashing'] = {
  ...DEFAULT_SLASHING_POLICY,
  downtime: { fraction: [1, 5], jailBlocks: 0, tombstone: false, window: WINDOW, minSigned: 2 },
}
const counter = defineApp({ name: 'counter', state: { total: 0 }, apply: () => undefined })

let cluster: Cluster | null = null
afterEach(async () => {
  await cluster?.stopAll()
})

/** The application of a node, and what it is told. */
function overheard(application: Application, heard: string[]): Application {
  const inner = serializeApplication(application)
  return {
    ...inner,
    finalizeBlock(request) {
      for (const { kind, height, validator } of request.misbehavior) {
        heard.push(`${request.height}: ${kind} ${height} ${toHex(validator.address)}`)
      }
      return inner.finalizeBlock(request)
    },
  }
}

async function evidenceUpTo(
  net: Cluster,
  node: number,
  top: bigint,
): Promise<[bigint, Evidence][]> {
  const found: [bigint, Evidence][] = []
  for (let height = 1n; height <= top; height++) {
    const block = await net.at(node).replica.blockStore.loadBlock(height)
    for (const piece of block?.evidence ?? []) found.push([height, piece])
  }
  return found
}

/** A proof of a piece, out of the store of a node. */
async function fileOf(net: Cluster, node: number, piece: Evidence): Promise<string> {
  const { blockStore, stateStore } = net.at(node).replica
  const needed = proofNeeds(piece).headers
  const past = await Promise.all(needed.map((at) => loadDecision(blockStore, stateStore, at)))
  const at = (height: bigint) => past[needed.indexOf(height)] ?? null
  const history = {
    headerAt: (height: bigint) => at(height)?.header ?? null,
    commitAt: (height: bigint) => at(height)?.commit ?? null,
    validatorsAt: (height: bigint) => at(height)?.validatorSet ?? null,
  }
  const validatorSet = history.validatorsAt(BigInt(WINDOW))
  if (validatorSet === null) throw new Error('the validators of the window are stored')
  const proof = proveEvidence(piece, { chainId: net.genesis.chainId, validatorSet, history })
  if (!proof.ok) throw new Error(proof.error)
  return formatEvidenceProof(proof.value)
}

test('downtime: is in a block, told to the application and punished, everywhere', async () => {
  const heard = AWAKE.map((): string[] => [])
  const apps = await Promise.all(
    AWAKE.map(() => DefinedApplication.open(counter, { crypto: nativeCrypto, store: null })),
  )
  const net = new Cluster({
    size: 4,
    genesis: { evidenceRule: 'all', slashing },
    alter: (index, options) => {
      const [app, told] = [apps[index], heard[index]]
      if (app === undefined || told === undefined) return options
      return { ...options, application: overheard(app, told) }
    },
  })
  cluster = net
  for (const node of AWAKE) await net.start(node, await Cluster.freshDisk())
  const silent = net.genesis.validators[SILENT]?.address ?? new Uint8Array(0)
  const isTold = (): boolean => heard.every((lines) => lines.length > 0)
  await net.until(isTold, 120_000)
  const block = BigInt(heard[0]?.[0]?.split(':')[0] ?? '0')
  await net.until(() => AWAKE.every((node) => net.heightOf(node) >= block + 2n), 120_000)

  // The window ends with height 4, whose commit stands in block 5.
  expect(block).toBeGreaterThan(5n)
  expect(block).toBeLessThanOrEqual(9n)
  const line = `${block}: downtime ${WINDOW} ${toHex(silent)}`
  expect(heard.map(([first]) => first)).toEqual([line, line, line])
  const found = await Promise.all(AWAKE.map((node) => evidenceUpTo(net, node, block)))
  const [[, piece] = [0n, null]] = found[0] ?? []
  expect(found.map((each) => each.map(([height]) => height))).toEqual([[block], [block], [block]])
  expect(found.map((each) => each[0]?.[1])).toEqual([piece, piece, piece])
  expect(piece).toMatchObject({ kind: 'downtime', windowStart: 1n, windowEnd: 4n, missed: 4 })
  for (const node of AWAKE) {
    const { stateStore } = net.at(node).replica
    const powers = [block + 1n, block + 2n].map(
      async (height) => (await stateStore.loadValidators(height))?.find(silent)?.votingPower,
    )
    expect(await Promise.all(powers)).toEqual([10n, 8n])
  }

  if (piece === null) throw new Error('there is evidence')
  const files = await Promise.all(AWAKE.map((node) => fileOf(net, node, piece)))
  const trust = {
    chainId: net.genesis.chainId,
    validators: net.genesis.validators.map(({ pubKey, power }) => ({ pubKey, votingPower: power })),
    downtime: { initialHeight: 1n, downtimeWindow: WINDOW, minSigned: 2 },
  }
  for (const file of files) {
    const verdict = verifyEvidence(file, trust, nativeCrypto)
    const deed = `validator ${toHexUpper(silent)} did not sign 4 of the blocks 1 to 4`
    expect(verdict).toMatchObject({ ok: true, proof: { kind: 'Downtime', deed } })
  }
})
