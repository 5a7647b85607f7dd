// The command `quadrille evidence`: a key that signed twice, from the block that says so to a file
// that proves it to anybody.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signedTwice } from '../interop/signed-twice.ts'
import { RpcClient } from '../network/rpc-client.ts'
import { folderForTest, quadrille, RunningCommand } from './command.ts'
import type { Ended } from './command.ts'

const ANY_PORTS = ['--rpc.laddr', 'tcp://127.0.0.1:0', '--p2p.laddr', 'tcp://127.0.0.1:0']
const LISTENING = /rpc +listening url=(\S+)$/

const evidence = (...args: readonly string[]): Promise<Ended> => quadrille(['evidence', ...args])

describe('evidence', () => {
  test.concurrent('evidence: is listed, shown, exported, and verified alone', async () => {
    const folder = folderForTest()
    const [home, file] = [join(folder, 'home'), join(folder, 'proof.json')]
    await quadrille(['init', '--home', home])
    const node = new RunningCommand(['start', '--home', home, ...ANY_PORTS], {
      env: { CMT_CONSENSUS_TIMEOUT_COMMIT: '50ms' },
    })
    const url = LISTENING.exec(await node.line(LISTENING))?.[1] ?? ''
    await node.line(/executed block height=3 /)
    const nothing = await evidence('ls', '--node', url, '--to', '2')
    expect(nothing).toMatchObject({ code: 0, out: 'no evidence in the blocks 1 to 2\n' })
    const rpc = new RpcClient(Number(new URL(url).port))
    await rpc.call('broadcast_evidence', { evidence: await signedTwice(home, rpc, 2) })
    const committed = await node.line(/evidence committed .*height=\d+/)
    const block = /height=(\d+)/.exec(committed)?.[1] ?? ''
    await node.line(new RegExp(`executed block height=${Number(block) + 1} `))

    const listed = await evidence('ls', '--node', url)
    expect([listed.code, listed.err]).toEqual([0, ''])
    const [, id = '', who = ''] =
      /^(\S+)  DuplicateVote  ([0-9A-F]{40})  height 2, round 7  committed\n$/.exec(listed.out) ?? [
        listed.out,
      ]
    expect(id).toBe(`${block}/0`)
    const asked = await evidence('export', id, '--node', url)
    expect(asked).toMatchObject({ code: 0, err: '' })
    const finality = join(folder, 'finality.json')
    await quadrille(['finality', 'export', '2', '--node', url, '-o', finality])
    const other = join(folder, 'other.json')
    await quadrille(['finality', 'export', '3', '--node', url, '-o', other])
    node.signal('SIGTERM')
    await node.ended

    expect(await evidence('ls', '--home', home)).toEqual(listed)
    const shown = await evidence('show', block, '--home', home)
    const deed = `validator ${who} precommitted twice at height 2, round 7: for block `
    expect(shown.out).toContain(deed)
    expect(shown.out).toContain(`\nrecorded: in block ${block}, place 0\npower:    10 of 10\n`)
    const wrote = await evidence('export', id, '--home', home, '-o', file)
    expect(wrote.out).toBe(`wrote ${file}: DuplicateVote of ${who} at height 2\n`)
    expect(readFileSync(file, 'utf8')).toBe(asked.out)
    const absent = await evidence('show', `${block}/1`, '--home', home)
    expect([absent.code, absent.out]).toEqual([1, ''])
    expect(absent.err).toMatch(/^ERROR: block \d+ carries 1 piece of evidence, none at 1\n$/)

    const genesis = join(home, 'config/genesis.json')
    for (const validators of [[genesis], [finality]].map(([name = '']) => ['--validators', name])) {
      const good = await evidence('verify', file, ...validators)
      expect([good.code, good.err]).toEqual([0, ''])
      expect(good.out).toContain(`proved: ${deed}`)
    }
    const json = await evidence('verify', file, '--json', '--home', home)
    expect([json.code, JSON.parse(json.out)]).toMatchObject([
      0,
      { valid: true, kind: 'DuplicateVote', validator: who, height: '2', round: 7 },
    ])
    const misplaced = await evidence('verify', file, '--validators', other)
    expect([misplaced.code, misplaced.out]).toEqual([
      1,
      'not proved: the fault is of height 2, the trusted finality proof of height 3\n',
    ])
    writeFileSync(file, asked.out.replace('"round": 7', '"round": 8'))
    const bent = await evidence('verify', file, '--json', '--validators', genesis)
    expect([bent.code, bent.err]).toEqual([1, ''])
    const reason = 'the member "round" is not what the proof says: 7'
    const none = { kind: null, validator: null, height: null, round: null }
    expect(JSON.parse(bent.out)).toEqual({ valid: false, ...none, reason })
  })

  test.concurrent('evidence: what waits is listed and proved from the home', async () => {
    const folder = folderForTest()
    const [home, file] = [join(folder, 'home'), join(folder, 'proof.json')]
    await quadrille(['init', '--home', home])
    const node = new RunningCommand(['start', '--home', home, ...ANY_PORTS], {
      env: { CMT_CONSENSUS_TIMEOUT_COMMIT: '1h' },
    })
    const url = LISTENING.exec(await node.line(LISTENING))?.[1] ?? ''
    await node.line(/executed block height=1 /)
    const rpc = new RpcClient(Number(new URL(url).port))
    await rpc.call('broadcast_evidence', { evidence: await signedTwice(home, rpc, 1) })
    const blind = await evidence('ls', '--node', url)
    expect([blind.code, blind.out]).toEqual([0, 'no evidence in the blocks 1 to 1\n'])
    node.signal('SIGTERM')
    await node.ended
    const listed = await evidence('ls', '--home', home)
    expect([listed.code, listed.err]).toEqual([0, ''])
    expect(listed.out).toMatch(
      /^pending\/0  DuplicateVote  [0-9A-F]{40}  height 1, round 7  pending\n$/,
    )
    const shown = await evidence('show', 'pending/0', '--home', home)
    expect(shown.out).toContain('\nrecorded: not yet, it waits for a block\n')
    expect((await evidence('export', 'pending/0', '--home', home, '-o', file)).code).toBe(0)
    const good = await evidence('verify', file, '--home', home)
    expect([good.code, good.err]).toEqual([0, ''])
    expect(good.out).toMatch(/^proved: validator [0-9A-F]{40} precommitted twice at height 1, /)
    const absent = await evidence('show', 'pending/1', '--home', home)
    expect(absent.err).toBe('ERROR: evidence that waits for a block: 1 piece, none at 1\n')
  })

  test.concurrent('evidence: downtime is exported by node and home, and verified', async () => {
    const folder = folderForTest()
    const [home, file] = [join(folder, 'home'), join(folder, 'proof.json')]
    const genesis = join(home, 'config/genesis.json')
    await quadrille(['init', '--home', home])
    // A second validator that is never there, and has too little power to be missed.
    const said = JSON.parse(readFileSync(genesis, 'utf8')) as { validators: object[] }
    const pub_key = { type: 'tendermint/PubKeyEd25519', value: `${'A'.repeat(42)}E=` }
    const [own] = said.validators
    const validators = [
      { ...own, power: '1000' },
      { pub_key, power: '1', name: 'away' },
    ]
    const slashing = { downtime: { window: 3, minSigned: 2 } }
    const chain = { ...said, validators, quadrille: { evidence: 'all', slashing } }
    writeFileSync(genesis, JSON.stringify(chain))
    const node = new RunningCommand(['start', '--home', home, ...ANY_PORTS], {
      env: { CMT_CONSENSUS_TIMEOUT_COMMIT: '50ms' },
    })
    const url = LISTENING.exec(await node.line(LISTENING))?.[1] ?? ''
    const committed = await node.line(/evidence committed .*downtime.*height=\d+/)
    const block = /height=(\d+)/.exec(committed)?.[1] ?? ''
    await node.line(new RegExp(`executed block height=${Number(block) + 1} `))
    const asked = await evidence('export', block, '--node', url)
    expect([asked.code, asked.err]).toEqual([0, ''])
    const finality = join(folder, 'finality.json')
    await quadrille(['finality', 'export', '3', '--node', url, '-o', finality])
    node.signal('SIGTERM')
    await node.ended
    const wrote = await evidence('export', block, '--home', home, '-o', file)
    expect(wrote.out).toMatch(/: Downtime of [0-9A-F]{40} at height 3\n$/)
    expect(readFileSync(file, 'utf8')).toBe(asked.out)

    const deed = /^proved: validator [0-9A-F]{40} did not sign 3 of the blocks 1 to 3\n/
    const why = 'not verified: why the signatures are missing: proposers may have left them out\n'
    const good = await evidence('verify', file, '--validators', genesis)
    expect([good.code, good.err]).toEqual([0, ''])
    expect(good.out.replace(deed, '')).toBe(why)
    const open = await evidence('verify', file, '--validators', finality)
    expect(open.out.replace(deed, '')).toMatch(/^not verified: whether so many are a fault, /)
    const json = await evidence('verify', file, '--json', '--validators', genesis)
    expect(JSON.parse(json.out)).toMatchObject({
      valid: true,
      kind: 'Downtime',
      height: '3',
      round: null,
    })
    writeFileSync(genesis, JSON.stringify({ ...chain, quadrille: { evidence: 'all' } }))
    const lenient = await evidence('verify', file, '--validators', genesis)
    expect([lenient.code, lenient.out]).toEqual([
      1,
      'not proved: 1 to 3 is no window of 100 heights of this chain\n',
    ])
  })
})
