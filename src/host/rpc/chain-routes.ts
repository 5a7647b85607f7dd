// Routes that read validators, parameters, the genesis document and the state of consensus.

import { err, ok } from '../../core/bytes/index.ts'
import type { RpcEnvironment } from './environment.ts'
import { heightOf, pageOf, uncommittedHeight } from './heights.ts'
import { consensusParamsJson, validatorJson } from './json-chain.ts'
import { peerStateJson, roundStateJson, simpleRoundStateJson } from './json-consensus.ts'
import { jsonInt64, jsonList } from './json-text.ts'
import { route } from './route.ts'
import type { Answer } from './answer.ts'
import type { Route } from './route.ts'

async function validatorsAnswer(
  env: RpcEnvironment,
  height: bigint,
  paging: { readonly page: bigint | null; readonly perPage: bigint | null },
): Promise<Answer> {
  const set = await env.states.loadValidators(height)
  if (set === null) return err(`could not find validator set for height #${height}`)
  const shown = pageOf(set.validators, paging.page, paging.perPage)
  if (!shown.ok) return shown
  return ok(
    `{"block_height":${jsonInt64(height)},"validators":${jsonList(shown.value, validatorJson)}` +
      `,"count":${jsonInt64(shown.value.length)},"total":${jsonInt64(set.size)}}`,
  )
}

/** The routes of this file by name. */
export const CHAIN_ROUTES: Readonly<Record<string, Route>> = {
  genesis: route({ parameters: [], caching: 'always', call: ({ genesis }) => genesis.whole() }),
  genesis_chunked: route({
    parameters: [['chunk', 'uint']],
    caching: 'always',
    call: ({ genesis }, [chunk]) => genesis.chunk(chunk),
  }),
  validators: route({
    parameters: [
      ['height', 'optional-int64'],
      ['page', 'optional-int'],
      ['per_page', 'optional-int'],
    ],
    caching: 'with-height',
    call: ({ env }, [asked, page, perPage]) => {
      const height = heightOf(env, uncommittedHeight(env), asked)
      return height.ok ? validatorsAnswer(env, height.value, { page, perPage }) : height
    },
  }),
  consensus_params: route({
    parameters: [['height', 'optional-int64']],
    caching: 'with-height',
    call: async ({ env }, [asked]) => {
      const height = heightOf(env, uncommittedHeight(env), asked)
      if (!height.ok) return height
      const params = await env.states.loadParams(height.value)
      if (params === null) return err(`could not find consensus params for height #${height.value}`)
      const text = consensusParamsJson(params)
      return ok(`{"block_height":${jsonInt64(height.value)},"consensus_params":${text}}`)
    },
  }),
  consensus_state: route({
    parameters: [],
    call: ({ env }) => ok(`{"round_state":${simpleRoundStateJson(env.consensus())}}`),
  }),
  dump_consensus_state: route({
    parameters: [],
    call: ({ env }) => {
      const peers = jsonList(env.peers(), peerStateJson)
      return ok(`{"round_state":${roundStateJson(env.consensus())},"peers":${peers}}`)
    },
  }),
}
