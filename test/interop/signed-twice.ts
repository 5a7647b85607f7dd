// Evidence that a validator of a local network signed twice, made with the key in its home.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTime } from '../../src/core/bytes/index.ts'
import { blockIdKey, voteSignBytes } from '../../src/core/types/index.ts'
import type { BlockId, Vote } from '../../src/core/types/index.ts'
import { nativeCrypto } from '../../src/node/platform/index.ts'
import type { RpcClient } from '../network/rpc-client.ts'

interface KeyFile {
  readonly address: string
  readonly priv_key: { readonly value: string }
}

interface Validators {
  readonly validators: readonly { readonly address: string; readonly voting_power: string }[]
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase()

function blockIdOf(byte: number): BlockId {
  const hash = new Uint8Array(32).fill(byte)
  return { hash, partSetHeader: { total: 1, hash } }
}

/** Two precommits for blocks that nobody proposed, as a client sends them. */
export async function signedTwice(home: string, rpc: RpcClient, height: number): Promise<object> {
  const file = readFileSync(join(home, 'config', 'priv_validator_key.json'), 'utf8')
  const { address, priv_key: key } = JSON.parse(file) as KeyFile
  const seed = new Uint8Array(Buffer.from(key.value, 'base64').subarray(0, 32))
  const { block } = await rpc.block(height)
  const { chain_id: chainId, time } = block.header
  const { validators } = await rpc.call<Validators>('validators', { height: String(height) })
  const index = validators.findIndex((each) => each.address === address)
  const powers = validators.map(({ voting_power: power }) => BigInt(power))
  const sign = (blockId: BlockId): object => {
    const vote: Vote = {
      type: 2,
      height: BigInt(height),
      round: 7,
      blockId,
      timestamp: parseTime(time) ?? 0n,
      validatorAddress: new Uint8Array(Buffer.from(address, 'hex')),
      validatorIndex: index,
      signature: new Uint8Array(0),
      extension: new Uint8Array(0),
      extensionSignature: new Uint8Array(0),
    }
    const signature = nativeCrypto.signEd25519(seed, voteSignBytes(chainId, vote))
    const hash = hex(blockId.hash)
    return {
      type: 2,
      height: String(height),
      round: 7,
      block_id: { hash, parts: { total: 1, hash } },
      timestamp: time,
      validator_address: address,
      validator_index: index,
      signature: Buffer.from(signature).toString('base64'),
    }
  }
  const pair = [blockIdOf(1), blockIdOf(2)].toSorted((a, b) =>
    blockIdKey(a) < blockIdKey(b) ? -1 : 1,
  )
  const [first, second] = pair.map(sign)
  return {
    type: 'tendermint/DuplicateVoteEvidence',
    value: {
      vote_a: first,
      vote_b: second,
      TotalVotingPower: String(powers.reduce((sum, power) => sum + power, 0n)),
      ValidatorPower: String(powers[index]),
      Timestamp: time,
    },
  }
}
