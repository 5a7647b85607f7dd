// CosmJS, unmodified, against four real processes: connect, commit, read back, subscribe.
import { toAscii, toHex } from '@cosmjs/encoding'
import { StargateClient } from '@cosmjs/stargate'
import { Comet38Client, connectComet } from '@cosmjs/tendermint-rpc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LocalNetwork, QUADRILLE_NODE } from '../network/local-network.ts'

let network: LocalNetwork

beforeAll(async () => {
  const programs = Array.from({ length: 4 }, () => QUADRILLE_NODE)
  const settings = { 'consensus.timeout_commit': '100ms' }
  network = await LocalNetwork.start({ programs, settings })
  await network.rpc(0).reached(1)
}, 30_000)

afterAll(async () => {
  await network.dispose()
})

describe('CosmJS', () => {
  test('connectComet: chooses the client of 0.38 and reads the chain', async () => {
    const client = await connectComet(network.rpc(0).url)
    expect(client).toBeInstanceOf(Comet38Client)
    const status = await client.status()
    expect(status.syncInfo.latestBlockHeight).toBeGreaterThan(0)
    const validators = await client.validatorsAll(1)
    expect(validators.total).toBe(4)
    const block = await client.block(1)
    expect(block.block.header.chainId).toBe(status.nodeInfo.network)
    client.disconnect()
  })

  test('broadcastTxCommit: is read back by hash, by height and by query', async () => {
    const client = await Comet38Client.connect(network.rpc(1).url)
    const committed = await client.broadcastTxCommit({ tx: toAscii('cosm=js') })
    expect(committed.txResult?.code).toBe(0)
    const found = await client.tx({ hash: committed.hash })
    expect(found.height).toBe(committed.height)
    expect(found.tx).toEqual(toAscii('cosm=js'))
    const byHash = await client.txSearch({ query: `tx.hash='${toHex(committed.hash)}'` })
    expect(byHash.totalCount).toBe(1)
    const byHeight = await client.txSearch({ query: `tx.height=${committed.height}` })
    expect(byHeight.txs.map((each) => toHex(each.hash))).toContain(toHex(committed.hash))
    const answer = await client.abciQuery({ path: '/key', data: toAscii('cosm') })
    expect(answer.value).toEqual(toAscii('js'))
    client.disconnect()
  })

  test('subscribeTx: a transaction sent to another node arrives', async () => {
    const listener = await Comet38Client.connect(network.rpc(2).url.replace('http', 'ws'))
    const sender = await Comet38Client.connect(network.rpc(3).url)
    const arrived = new Promise<Uint8Array>((resolve, reject) => {
      const subscription = listener.subscribeTx().subscribe({
        next: (event) => {
          subscription.unsubscribe()
          resolve(event.tx)
        },
        error: reject,
      })
    })
    const blocks = new Promise<number>((resolve, reject) => {
      const subscription = listener.subscribeNewBlockHeader().subscribe({
        next: (header) => {
          subscription.unsubscribe()
          resolve(header.height)
        },
        error: reject,
      })
    })
    // The first header says that the subscriptions stand.
    expect(await blocks).toBeGreaterThan(0)
    await sender.broadcastTxSync({ tx: toAscii('sub=scribed') })
    expect(await arrived).toEqual(toAscii('sub=scribed'))
    listener.disconnect()
    sender.disconnect()
  })

  test('StargateClient: reads height, chain id and transactions', async () => {
    const client = await StargateClient.connect(network.rpc(0).url)
    expect(await client.getHeight()).toBeGreaterThan(0)
    expect(await client.getChainId()).not.toBe('')
    const rpc = await Comet38Client.connect(network.rpc(0).url)
    const { hash, height } = await rpc.broadcastTxCommit({ tx: toAscii('star=gate') })
    const block = await client.getBlock(height)
    expect(block.txs).toHaveLength(1)
    const found = await client.getTx(toHex(hash).toUpperCase())
    expect(found?.height).toBe(height)
    rpc.disconnect()
    client.disconnect()
  })
})
