// When persistent peers are dialled again, and what a ban changes.

import { describe, expect, test } from 'vitest'
import { MemoryClock, MemoryRandom } from '../memory/index.ts'
import { Bans } from './bans.ts'
import { Dialer } from './dialer.ts'
import type { PeerError } from './errors.ts'

const FAILED: PeerError = { code: 'P2P_DIAL_FAILED', reason: 'refused' }
const PEER = { id: 'aa', address: 'a:1' }

interface World {
  readonly clock: MemoryClock
  readonly dialer: Dialer
  readonly bans: Bans
  /** When each attempt began. */
  readonly attemptsMs: number[]
}

function makeWorld(seed = 1): World {
  const clock = new MemoryClock()
  const bans = new Bans(clock)
  const attemptsMs: number[] = []
  const dialer = new Dialer({
    clock,
    random: new MemoryRandom(seed),
    minDelayMs: 100,
    maxDelayMs: 10_000,
    bannedMs: (id) => bans.remainingMs(id),
    isUp: (id) => id === 'up',
    dial: () => void attemptsMs.push(clock.monotonicMs()),
  })
  return { clock, dialer, bans, attemptsMs }
}

/** Lets every attempt fail at once for a while. */
function failFor({ clock, dialer, attemptsMs }: World, durationMs: number): void {
  const endMs = clock.monotonicMs() + durationMs
  let failed = attemptsMs.length
  while (clock.monotonicMs() < endMs) {
    clock.advance(Math.min(clock.nextTimerMs() ?? 1, endMs - clock.monotonicMs()))
    if (attemptsMs.length > failed) dialer.onFailed(PEER.id, FAILED)
    failed = attemptsMs.length
  }
}

describe('dialer', () => {
  test('dialer: begins at once, then within 120 ms, and never waits more than 12 s', () => {
    const world = makeWorld()
    world.dialer.add(PEER)
    expect(world.attemptsMs).toEqual([0])
    world.dialer.onFailed(PEER.id, FAILED)
    failFor(world, 1_000_000)
    const waits = world.attemptsMs.slice(1).map((at, i) => at - (world.attemptsMs[i] ?? 0))
    expect(waits[0]).toBeLessThanOrEqual(120)
    expect(waits[0]).toBeGreaterThanOrEqual(80)
    expect(Math.max(...waits)).toBeLessThanOrEqual(12_000)
    expect(Math.min(...waits.slice(-5))).toBeGreaterThanOrEqual(8000)
    // 100 s of absence to the full wait, then about one attempt every ten seconds.
    expect(world.attemptsMs.length).toBeLessThan(180)
  })

  test('dialer: a peer that returns after t is tried within 0.12 t', () => {
    for (const goneMs of [1000, 5000, 20_000, 60_000]) {
      const world = makeWorld(goneMs)
      world.dialer.add(PEER)
      world.dialer.onUp(PEER.id)
      world.dialer.onDown(PEER.id, FAILED)
      failFor(world, goneMs)
      const next = world.clock.monotonicMs() + (world.clock.nextTimerMs() ?? 0)
      expect(next - goneMs).toBeLessThanOrEqual(0.12 * goneMs + 120)
    }
  })

  test('dialer: two nodes that lose each other do not keep step', () => {
    const [a, b] = [makeWorld(1), makeWorld(2)]
    for (const world of [a, b]) {
      world.dialer.add(PEER)
      world.dialer.onFailed(PEER.id, FAILED)
      failFor(world, 3000)
    }
    expect(a.attemptsMs.slice(1, 5)).not.toEqual(b.attemptsMs.slice(1, 5))
  })

  test('dialer: a peer that is up is not dialled, whoever dialled it, until it goes', () => {
    const world = makeWorld()
    world.dialer.add(PEER)
    world.dialer.onFailed(PEER.id, FAILED)
    world.dialer.onUp(PEER.id)
    expect(world.dialer.onFailed(PEER.id, FAILED)).toBe(false)
    world.clock.advance(100_000)
    expect(world.attemptsMs).toHaveLength(1)
    expect(world.dialer.status()[0]?.state).toBe('up')
    world.dialer.onDown(PEER.id, { code: 'P2P_CLOSED', reason: 'gone' })
    world.clock.advance(120)
    expect(world.attemptsMs).toHaveLength(2)
  })

  test('dialer: a peer that has dialled us already is not dialled', () => {
    const { dialer, attemptsMs } = makeWorld()
    dialer.add({ id: 'up', address: 'b:1' })
    expect([attemptsMs, dialer.status()[0]?.state]).toEqual([[], 'up'])
  })

  test('dialer: waits for the end of a ban', () => {
    const world = makeWorld()
    world.dialer.add(PEER)
    world.dialer.onUp(PEER.id)
    world.bans.add(PEER.id, 60_000)
    world.dialer.onDown(PEER.id, { code: 'P2P_VIOLATION', reason: 'lies' })
    world.clock.advance(59_999)
    expect(world.attemptsMs).toHaveLength(1)
    world.clock.advance(1)
    expect(world.attemptsMs).toHaveLength(2)
  })

  test('dialer: an error is news once until another comes', () => {
    const { dialer } = makeWorld()
    dialer.add(PEER)
    const other: PeerError = { code: 'P2P_HANDSHAKE_TIMEOUT', step: 'hello' }
    const news = [FAILED, FAILED, other, other, FAILED].map((e) => dialer.onFailed(PEER.id, e))
    expect(news).toEqual([true, false, true, false, true])
  })

  test('dialer: nothing is dialled after stop', () => {
    const world = makeWorld()
    world.dialer.add(PEER)
    world.dialer.onFailed(PEER.id, FAILED)
    world.dialer.stop()
    world.dialer.add({ id: 'bb', address: 'b:1' })
    world.dialer.onFailed(PEER.id, FAILED)
    expect(world.clock.nextTimerMs()).toBeNull()
    expect(world.attemptsMs).toHaveLength(1)
  })
})

describe('bans', () => {
  test('bans: end after their time and can be renewed', () => {
    const clock = new MemoryClock()
    const bans = new Bans(clock)
    bans.add('a', 1000)
    clock.advance(600)
    expect([bans.remainingMs('a'), bans.remainingMs('b')]).toEqual([400, 0])
    bans.add('a', 1000)
    clock.advance(999)
    expect(bans.remainingMs('a')).toBe(1)
    clock.advance(1)
    expect([bans.remainingMs('a'), bans.size]).toEqual([0, 0])
  })

  test('bans: 1,024 are kept, the one given first is forgotten first', () => {
    const bans = new Bans(new MemoryClock())
    for (let i = 0; i < 5000; i++) bans.add(`id ${i}`, 1000)
    expect(bans.size).toBe(1024)
    expect([bans.remainingMs('id 3975'), bans.remainingMs('id 3976')]).toEqual([0, 1000])
  })
})
