// The application of an honest node, with somebody who listens to what it is told.

import type { Application, FinalizeBlockRequest } from '../abci/index.ts'

/** Calls `onExecuted` with every block that is executed, before it is; the rest is unchanged. */
export function watchApplication<A extends Application>(
  application: A,
  onExecuted: (request: FinalizeBlockRequest) => void,
): A {
  const finalizeBlock = application.finalizeBlock.bind(application)
  return Object.assign(application, {
    finalizeBlock: (request: FinalizeBlockRequest) => {
      onExecuted(request)
      return finalizeBlock(request)
    },
  })
}
