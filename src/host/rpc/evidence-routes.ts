// The route that takes evidence from a client.

import { err, ok } from '../../core/bytes/index.ts'
import { evidenceHash, validateEvidence } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import { jsonBytes } from './json-text.ts'
import { route } from './route.ts'
import type { Answer } from './answer.ts'
import type { CallContext, Route } from './route.ts'

async function evidenceAnswer({ env }: CallContext, evidence: Evidence | null): Promise<Answer> {
  if (evidence === null) return err('no evidence was provided')
  const reason = validateEvidence(env.crypto, evidence)
  if (reason !== null) return err(`evidence.ValidateBasic failed: ${reason}`)
  const refusal = await env.evidence.submit(evidence)
  if (refusal !== null) return err(`failed to add evidence: ${refusal}`)
  return ok(`{"hash":${jsonBytes(evidenceHash(env.crypto, evidence))}}`)
}

/** The route by its name. */
export const EVIDENCE_ROUTES: Readonly<Record<string, Route>> = {
  broadcast_evidence: route({
    parameters: [['evidence', 'evidence']],
    call: (context, [evidence]) => evidenceAnswer(context, evidence),
  }),
}
