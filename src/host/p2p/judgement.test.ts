// How addresses are read, NodeInfos judged and duplicates resolved.

import { describe, expect, test } from 'vitest'
import type { NodeInfo } from '../../core/proto/index.ts'
import { resolveDuplicate } from './duplicate.ts'
import { codeOf, formatPeerError, ruleOf } from './errors.ts'
import type { PeerError } from './errors.ts'
import { compareNodeInfo, parsePeerAddress, splitHostPort, validateNodeInfo } from './index.ts'
import { idOf, makeNodeInfo } from './world.fixture.ts'

const ID = idOf(1)
const GOOD = makeNodeInfo({
  id: ID,
  listenAddress: 'tcp://0.0.0.0:26656',
  channels: Uint8Array.of(0x20, 0x21),
})
const judge = (changes: Partial<NodeInfo>): string | null =>
  validateNodeInfo({ ...GOOD, ...changes }, ID)

describe('addresses', () => {
  test('addresses: id@host:port with names, IPv4, IPv6 and a scheme is read', () => {
    for (const address of ['10.0.0.1:26656', 'node-1.example.org:1', '[::1]:65535']) {
      expect(parsePeerAddress(`${ID}@${address}`)).toEqual({ ok: true, value: { id: ID, address } })
    }
    expect(parsePeerAddress(`tcp://${ID.toUpperCase()}@a:1`).ok).toBe(true)
  })

  test('addresses: what is wrong is said', () => {
    const reasons = ['10.0.0.1:1', `${ID}@10.0.0.1`, `${ID}@a:70000`, `${ID}@:1`, `${ID}@a:0`]
    for (const text of reasons) expect(parsePeerAddress(text).ok).toBe(false)
    expect(parsePeerAddress('x')).toEqual({ ok: false, error: 'x: expected id@host:port' })
    expect(splitHostPort('0.0.0.0:0')).toEqual({ host: '0.0.0.0', port: 0 })
  })
})

describe('NodeInfo', () => {
  test('NodeInfo: the form that CometBFT demands is demanded', () => {
    expect(judge({})).toBeNull()
    expect(judge({ nodeId: idOf(2) })).toContain('node id')
    for (const listenAddress of ['', 'tcp://:26656', '0.0.0.0', 'tcp://a:99999']) {
      expect(judge({ listenAddress })).toContain('listen address')
    }
    expect(judge({ channels: new Uint8Array(17).map((_, i) => i) })).toContain('16')
    expect(judge({ channels: Uint8Array.of(1, 2, 1) })).toContain('twice')
    for (const moniker of ['', '   ', 'caf\u00e9', 'a\tb']) {
      expect(judge({ moniker })).toContain('moniker')
    }
    expect(judge({ version: '' })).toBeNull()
    expect(judge({ version: '\u00fc' })).toContain('version')
    expect(judge({ txIndex: 'yes' })).toContain('tx_index')
    expect(judge({ txIndex: '' })).toBeNull()
    expect(judge({ rpcAddress: '\u0000' })).toContain('RPC')
  })

  test('NodeInfo: one common channel is enough', () => {
    const theirs = { ...GOOD, channels: Uint8Array.of(0x40, 0x21) }
    expect(compareNodeInfo(GOOD, theirs)).toBeNull()
    const error = compareNodeInfo(GOOD, { ...GOOD, channels: Uint8Array.of(0x40) })
    expect(error && formatPeerError(error)).toBe('channels: ours 2021, theirs 40')
  })
})

describe('duplicates', () => {
  test('duplicates: both sides keep the same connection, in whatever order they finish', () => {
    // The two connections by who dialled them, as each side sees them.
    const survivor = (ownId: string, peerId: string, firstIsOutbound: boolean): string => {
      const rivals = { ownId, peerId, existingIsOutbound: firstIsOutbound }
      const decision = resolveDuplicate({ ...rivals, newIsOutbound: !firstIsOutbound })
      const isOutbound = decision === 'take-new' ? !firstIsOutbound : firstIsOutbound
      return isOutbound ? ownId : peerId
    }
    for (const aFirst of [true, false]) {
      for (const bFirst of [true, false]) {
        expect(survivor('aa', 'bb', aFirst)).toBe('aa')
        expect(survivor('bb', 'aa', bFirst)).toBe('aa')
      }
    }
  })

  test('duplicates: of two from the same side the existing one stays', () => {
    for (const outbound of [true, false]) {
      const rivals = { existingIsOutbound: outbound, newIsOutbound: outbound }
      expect(resolveDuplicate({ ...rivals, ownId: 'aa', peerId: 'bb' })).toBe('keep-existing')
      expect(resolveDuplicate({ ...rivals, ownId: 'bb', peerId: 'aa' })).toBe('keep-existing')
    }
  })
})

describe('errors', () => {
  test('errors: lies are banned and shown, silence and ends are not punished', () => {
    const lie: PeerError = {
      code: 'P2P_CONN',
      error: { code: 'CONN_BAD_FRAME', reason: 'altered' },
    }
    const silence: PeerError = {
      code: 'P2P_CONN',
      error: { code: 'CONN_PONG_TIMEOUT', timeoutMs: 45_000 },
    }
    const end: PeerError = { code: 'P2P_CLOSED', reason: 'reset' }
    expect([lie, silence, end].map((error) => ruleOf(error).penalty)).toEqual([
      'ban',
      'none',
      'none',
    ])
    expect([lie, silence, end].map(codeOf)).toEqual([
      'CONN_BAD_FRAME',
      'CONN_PONG_TIMEOUT',
      'P2P_CLOSED',
    ])
    expect(formatPeerError(silence)).toBe('no pong within 45000 ms')
  })
})
