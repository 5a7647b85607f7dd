// Routes that read blocks and what came out of them.

import { err, ok } from '../../core/bytes/index.ts'
import type { BlockMeta } from '../../core/types/index.ts'
import type { RpcEnvironment } from './environment.ts'
import { heightOf, heightRange } from './heights.ts'
import { blockResultsJson } from './json-abci.ts'
import { blockMetaJson, blockResultJson, headerJson, signedHeaderJson } from './json-chain.ts'
import { jsonInt64 } from './json-text.ts'
import { route } from './route.ts'
import type { Answer } from './answer.ts'
import type { Route } from './route.ts'

/** Summaries that `blockchain` answers at most. */
const MAX_METAS = 20n

async function blockAnswer(env: RpcEnvironment, height: bigint): Promise<Answer> {
  const block = await env.blocks.loadBlock(height)
  const meta = await env.blocks.loadBlockMeta(height)
  return ok(blockResultJson(meta?.blockId ?? null, block))
}

function headerAnswer(meta: BlockMeta | null): Answer {
  return ok(`{"header":${meta === null ? 'null' : headerJson(meta.header)}}`)
}

async function blockchainAnswer(env: RpcEnvironment, min: bigint, max: bigint): Promise<Answer> {
  const range = heightRange(env, { min, max }, MAX_METAS)
  if (!range.ok) return range
  const metas: string[] = []
  for (let height = range.value.max; height >= range.value.min; height--) {
    metas.push(blockMetaJson(await env.blocks.loadBlockMeta(height)))
  }
  const lastHeight = jsonInt64(env.blocks.height)
  return ok(`{"last_height":${lastHeight},"block_metas":[${metas.join(',')}]}`)
}

/**
 * The commit of the highest block is not in a block yet: it is the one this node saw, and not
 * canonical. It is gone once the block above is stored, which may happen between two reads.
 */
async function commitAnswer(env: RpcEnvironment, height: bigint): Promise<Answer> {
  const meta = await env.blocks.loadBlockMeta(height)
  if (meta === null) return ok('null')
  const seen = height === env.blocks.height ? await env.blocks.loadSeenCommit(height) : null
  const commit = seen ?? (await env.blocks.loadCommit(height))
  const signedHeader = signedHeaderJson({ header: meta.header, commit })
  return ok(`{"signed_header":${signedHeader},"canonical":${seen === null}}`)
}

/** The block routes by name. */
export const BLOCK_ROUTES: Readonly<Record<string, Route>> = {
  blockchain: route({
    parameters: [
      ['minHeight', 'int64'],
      ['maxHeight', 'int64'],
    ],
    caching: 'always',
    call: ({ env }, [min, max]) => blockchainAnswer(env, min, max),
  }),
  block: route({
    parameters: [['height', 'optional-int64']],
    caching: 'with-height',
    call: ({ env }, [asked]) => {
      const height = heightOf(env, env.blocks.height, asked)
      return height.ok ? blockAnswer(env, height.value) : height
    },
  }),
  block_by_hash: route({
    parameters: [['hash', 'bytes']],
    caching: 'always',
    call: async ({ env }, [hash]) => {
      const meta = await env.blocks.loadBlockMetaByHash(hash)
      return meta === null ? ok(blockResultJson(null, null)) : blockAnswer(env, meta.header.height)
    },
  }),
  header: route({
    parameters: [['height', 'optional-int64']],
    caching: 'with-height',
    call: async ({ env }, [asked]) => {
      const height = heightOf(env, env.blocks.height, asked)
      if (!height.ok) return height
      return headerAnswer(await env.blocks.loadBlockMeta(height.value))
    },
  }),
  header_by_hash: route({
    parameters: [['hash', 'hex']],
    caching: 'always',
    call: async ({ env }, [hash]) => headerAnswer(await env.blocks.loadBlockMetaByHash(hash)),
  }),
  commit: route({
    parameters: [['height', 'optional-int64']],
    caching: 'with-height',
    call: ({ env }, [asked]) => {
      const height = heightOf(env, env.blocks.height, asked)
      return height.ok ? commitAnswer(env, height.value) : height
    },
  }),
  block_results: route({
    parameters: [['height', 'optional-int64']],
    caching: 'with-height',
    call: async ({ env }, [asked]) => {
      const height = heightOf(env, env.blocks.height, asked)
      if (!height.ok) return height
      const results = await env.states.loadResults(height.value)
      if (results === null) return err(`could not find results for height #${height.value}`)
      return ok(blockResultsJson(height.value, results))
    },
  }),
}
