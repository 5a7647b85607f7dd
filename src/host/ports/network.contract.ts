// What every network must do; `passTurn` lets what is under way on an invented one arrive.

import { describe, expect, test } from 'vitest'
import type { Listener, Network, Stream } from './network.ts'

/** Two hosts of a network under test. */
export interface NetworkWorld {
  readonly dialler: Network
  readonly listener: Network
  /** An address at the listener's host whose port the network chooses. */
  readonly anyAddress: string
  /** Resolves after everything under way could arrive once. */
  passTurn(): Promise<void>
}

interface Joined {
  readonly near: Stream
  readonly far: Stream
  readonly listening: Listener
}

const options = { signal: new AbortController().signal, timeoutMs: 2000 }

async function join({ dialler, listener, anyAddress }: NetworkWorld): Promise<Joined> {
  const accepted: Stream[] = []
  let arrive: () => void = () => {}
  const arrival = new Promise<void>((resolve) => (arrive = resolve))
  const listening = await listener.listen(anyAddress, (stream) => {
    accepted.push(stream)
    arrive()
  })
  const near = await dialler.dial(listening.address, options)
  await arrival
  const [far] = accepted
  if (far === undefined) throw new Error('nothing was accepted')
  return { near, far, listening }
}

async function until(world: NetworkWorld, isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000 && !isDone(); turn++) await world.passTurn()
  expect(isDone()).toBe(true)
}

async function end({ near, far, listening }: Joined): Promise<void> {
  near.close()
  far.close()
  await listening.close()
}

/** Registers the suite for one implementation. */
export function networkContract(name: string, makeWorld: () => NetworkWorld): void {
  describe(`network port, ${name}`, () => {
    test('network: bytes arrive in order, those sent before a handler is set too', async () => {
      const world = makeWorld()
      const joined = await join(world)
      const received: number[] = []
      const answers: number[] = []
      joined.near.write(Uint8Array.of(1, 2))
      joined.near.write(Uint8Array.of(3))
      await world.passTurn()
      joined.far.onData((bytes) => received.push(...bytes))
      joined.near.onData((bytes) => answers.push(...bytes))
      joined.far.write(Uint8Array.of(9))
      await until(world, () => received.length === 3 && answers.length === 1)
      expect([received, answers]).toEqual([[1, 2, 3], [9]])
      await end(joined)
    })

    test('network: remote addresses are host:port', async () => {
      const joined = await join(makeWorld())
      expect(joined.near.remoteAddress).toBe(joined.listening.address)
      expect(joined.far.remoteAddress).toMatch(/^.+:\d+$/)
      await end(joined)
    })

    test('network: an end is told to both sides once', async () => {
      const world = makeWorld()
      const joined = await join(world)
      const reasons: string[] = []
      joined.near.onClose((reason) => reasons.push(`near ${reason}`))
      joined.far.onClose(() => reasons.push('far'))
      joined.far.onData(() => {})
      joined.near.close('enough')
      joined.near.close('again')
      joined.near.write(Uint8Array.of(1))
      await until(world, () => reasons.length === 2)
      await world.passTurn()
      expect(reasons.toSorted()).toEqual(['far', 'near enough'])
      await end(joined)
    })

    test('network: a reader that pauses is felt, and resuming drains', async () => {
      const world = makeWorld()
      const joined = await join(world)
      let received = 0
      let drains = 0
      let sent = 0
      joined.far.onData((bytes) => (received += bytes.length))
      joined.near.onDrain(() => drains++)
      joined.far.pause()
      const piece = new Uint8Array(64 * 1024)
      let isFlowing = true
      for (let i = 0; i < 1000 && (isFlowing || joined.near.bufferedBytes === 0); i++) {
        isFlowing = joined.near.write(piece)
        sent += piece.length
        await world.passTurn()
      }
      expect(isFlowing).toBe(false)
      expect(joined.near.bufferedBytes).toBeGreaterThan(0)
      drains = 0
      joined.far.resume()
      await until(world, () => received === sent && drains === 1)
      expect(joined.near.bufferedBytes).toBe(0)
      await end(joined)
    })

    test('network: dialling where nobody listens rejects', async () => {
      const world = makeWorld()
      const joined = await join(world)
      await end(joined)
      await expect(world.dialler.dial(joined.listening.address, options)).rejects.toThrow(Error)
      const aborted = { signal: AbortSignal.abort(), timeoutMs: 2000 }
      await expect(world.dialler.dial(joined.listening.address, aborted)).rejects.toThrow(Error)
    })

    test('network: a taken address rejects, a closed one is free again', async () => {
      const world = makeWorld()
      const first = await world.listener.listen(world.anyAddress, () => {})
      await expect(world.listener.listen(first.address, () => {})).rejects.toThrow(Error)
      await first.close()
      const second = await world.listener.listen(first.address, () => {})
      expect(second.address).toBe(first.address)
      await second.close()
    })
  })
}
