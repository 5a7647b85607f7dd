// Routes about the node itself, its peers and its application.

import { ok } from '../../core/bytes/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { RpcEnvironment } from './environment.ts'
import { uncommittedHeight } from './heights.ts'
import { infoJson, queryJson, txResultJson } from './json-abci.ts'
import { netInfoJson, statusJson } from './json-node.ts'
import { route } from './route.ts'
import type { Answer } from './answer.ts'
import type { Route } from './route.ts'

async function statusAnswer(env: RpcEnvironment): Promise<Answer> {
  const { base, height } = env.blocks
  const address = addressOf(env.crypto, env.validatorPubKey)
  const set = await env.states.loadValidators(uncommittedHeight(env))
  const index = set?.indexOf(address) ?? -1
  const text = statusJson(env.nodeInfo(), {
    earliest: base === 0n ? null : await env.blocks.loadBlockMeta(base),
    latest: height === 0n ? null : await env.blocks.loadBlockMeta(height),
    latestHeight: height,
    catchingUp: env.isCatchingUp(),
    address,
    pubKey: env.validatorPubKey,
    votingPower: set?.get(index)?.votingPower ?? 0n,
  })
  return ok(text)
}

/** The routes of this file by name. */
export const NODE_ROUTES: Readonly<Record<string, Route>> = {
  health: route({ parameters: [], call: () => ok('{}') }),
  status: route({ parameters: [], call: ({ env }) => statusAnswer(env) }),
  net_info: route({
    parameters: [],
    call: ({ env }) => ok(netInfoJson(env.isListening(), env.peers())),
  }),
  abci_info: route({
    parameters: [],
    caching: 'always',
    call: async ({ env }) => ok(infoJson(await env.application.info())),
  }),
  abci_query: route({
    parameters: [
      ['path', 'string'],
      ['data', 'hex'],
      ['height', 'int64'],
      ['prove', 'bool'],
    ],
    call: async ({ env }, [path, data, height, prove]) =>
      ok(queryJson(await env.application.query({ path, data, height, prove }))),
  }),
  check_tx: route({
    parameters: [['tx', 'tx']],
    call: async ({ env }, [tx]) => ok(txResultJson(await env.application.checkTx(tx))),
  }),
}
