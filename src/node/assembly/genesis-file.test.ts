// The genesis file: which field is wrong, the hash it must have, and one genesis for one chain.

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMET_GENESIS } from './comet-home.fixture.ts'
import { Config } from './config.ts'
import { checkSameGenesis, randomChainId, readGenesis } from './genesis-file.ts'
import { homePaths } from './home.ts'
import type { HomePaths } from './home.ts'
import { messageOf, temporaryFolder } from './temporary-folder.fixture.ts'

const homeWith = (genesis: string): HomePaths => {
  const paths = homePaths(temporaryFolder(), new Config())
  mkdirSync(dirname(paths.genesis))
  mkdirSync(paths.store, { recursive: true })
  writeFileSync(paths.genesis, genesis)
  return paths
}

const changed = (change: (genesis: Record<string, unknown>) => void): string => {
  const genesis = JSON.parse(COMET_GENESIS) as Record<string, unknown>
  change(genesis)
  return JSON.stringify(genesis)
}

describe('genesis file', () => {
  test('genesis: one of CometBFT is read', async () => {
    const genesis = await readGenesis(homeWith(COMET_GENESIS), null)
    expect(genesis.initialHeight).toBe(1n)
    expect(genesis.validators.map(({ power }) => power)).toEqual([10n])
  })

  test.each<[string, string, string]>([
    ['no JSON', '{', ': is not JSON'],
    ['no chain id', changed((g) => delete g['chain_id']), ': chain_id: '],
    ['a wrong time', changed((g) => (g['genesis_time'] = 'today')), ': genesis_time: '],
    ['a wrong height', changed((g) => (g['initial_height'] = '-1')), ': initial_height: '],
    ['no object', '[]', 'genesis.json: '],
    [
      'a wrong power',
      changed((g) => ((g['validators'] as { power: string }[])[0]!.power = '0')),
      ': validators.0.power: is not positive',
    ],
    [
      'a wrong parameter',
      changed((g) => (g['consensus_params'] = { block: { max_bytes: '0' } })),
      ': consensus_params',
    ],
    [
      'an unknown field of the slashing policy',
      changed((g) => (g['quadrille'] = { slashing: { downtime: { windw: 5 } } })),
      ': quadrille.slashing.downtime.windw: is unknown; downtime has fraction, jailBlocks,',
    ],
    [
      'an impossible slashing policy',
      changed((g) => (g['quadrille'] = { slashing: { equivocation: { jailBlocks: 5 } } })),
      ': quadrille.slashing.equivocation.jailBlocks: means nothing beside tombstone: true; set',
    ],
  ])('genesis: %s is refused with file, field and reason', async (_what, text, message) => {
    const paths = homeWith(text)
    const told = await messageOf(() => readGenesis(paths, null))
    expect(told).toContain(message)
    expect(told.startsWith(paths.genesis)).toBe(true)
    expect(told).not.toContain('\n')
  })

  test('genesis: a missing one names the command that writes it', async () => {
    const paths = homePaths(join(temporaryFolder(), 'a home'), new Config())
    expect(await messageOf(() => readGenesis(paths, null))).toBe(
      `${paths.genesis}: there is no such file; ` +
        `\`quadrille init --home '${paths.home}'\` writes what is missing`,
    )
  })

  test('genesis: has to have the hash that is asked for', async () => {
    const paths = homeWith(COMET_GENESIS)
    const hash = createHash('sha256').update(COMET_GENESIS).digest('hex')
    await readGenesis(paths, hash)
    await readGenesis(paths, hash.toUpperCase())
    const told = await messageOf(() => readGenesis(paths, hash.replace(/^./, 'g')))
    expect(told).toBe('flag --genesis_hash: expected 64 hexadecimal characters')
    const other = '00'.repeat(32)
    expect(await messageOf(() => readGenesis(paths, other))).toBe(
      `${paths.genesis}: its SHA-256 is ${hash.toUpperCase()}, not the --genesis_hash ${other}`,
    )
  })

  test('genesis: stores stay with the genesis they began with, however it is written', async () => {
    const paths = homeWith(COMET_GENESIS)
    await checkSameGenesis(paths, await readGenesis(paths, null))
    writeFileSync(paths.genesis, JSON.stringify(JSON.parse(COMET_GENESIS)))
    await checkSameGenesis(paths, await readGenesis(paths, null))
    writeFileSync(paths.genesis, COMET_GENESIS.replace('"max_gas": "-1"', '"max_gas": "5"'))
    const other = await readGenesis(paths, null)
    const tell = (): Promise<string> => messageOf(() => checkSameGenesis(paths, other))
    const why = `is not as in the genesis that the chain in ${paths.store} began with`
    expect(await tell()).toContain(
      `${paths.genesis}: consensus_params.block.max_gas: ${why}; bring that one back, or remove ` +
        `the chain with \`quadrille unsafe-reset-all --home ${paths.home}\``,
    )
    writeFileSync(join(paths.store, 'genesis.json'), '{')
    expect(await tell()).toContain(`${paths.genesis}: ${why}`)
  })

  test('chain id: has six letters and digits behind its prefix, other ones each time', () => {
    const ids = new Set(Array.from({ length: 100 }, () => randomChainId('chain')))
    expect(ids.size).toBe(100)
    for (const id of ids) expect(id).toMatch(/^chain-[0-9A-Za-z]{6}$/)
  })
})
