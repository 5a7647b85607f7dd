// Keeps the calls to one application apart: consensus, mempool and queries share it in one process.

import type { Application, Awaitable } from './application.ts'

/**
 * Wraps an application so that no call begins before the one before it has answered. While the
 * application answers in the same turn, so does the wrapper and no promise is made; only behind a
 * promise do calls queue, in order. The queue is as long as its callers let it be: mempool, engine
 * and rpc each bound what they have under way.
 */
export function serializeApplication(application: Application): Application {
  const queue = new CallQueue()
  return {
    get isCheckStateless() {
      return application.isCheckStateless === true
    },
    info: (request) => queue.run(() => application.info(request)),
    initChain: (request) => queue.run(() => application.initChain(request)),
    query: (request) => queue.run(() => application.query(request)),
    checkTx: (request) => queue.run(() => application.checkTx(request)),
    prepareProposal: (request) => queue.run(() => application.prepareProposal(request)),
    processProposal: (request) => queue.run(() => application.processProposal(request)),
    extendVote: (request) => queue.run(() => application.extendVote(request)),
    verifyVoteExtension: (request) => queue.run(() => application.verifyVoteExtension(request)),
    finalizeBlock: (request) => queue.run(() => application.finalizeBlock(request)),
    commit: () => queue.run(() => application.commit()),
    ...snapshotMethods(application, queue),
  }
}

type SnapshotMethods = Pick<
  Application,
  'listSnapshots' | 'offerSnapshot' | 'loadSnapshotChunk' | 'applySnapshotChunk'
>

/** The methods an application may leave out stay left out. */
function snapshotMethods(app: Application, queue: CallQueue): SnapshotMethods {
  const list = app.listSnapshots?.bind(app)
  const offer = app.offerSnapshot?.bind(app)
  const load = app.loadSnapshotChunk?.bind(app)
  const apply = app.applySnapshotChunk?.bind(app)
  return {
    ...(list && { listSnapshots: () => queue.run(list) }),
    ...(offer && { offerSnapshot: (request) => queue.run(() => offer(request)) }),
    ...(load && { loadSnapshotChunk: (request) => queue.run(() => load(request)) }),
    ...(apply && { applySnapshotChunk: (request) => queue.run(() => apply(request)) }),
  }
}

class CallQueue {
  #tail: Promise<unknown> | null = null

  run<T>(call: () => Awaitable<T>): Awaitable<T> {
    if (this.#tail !== null) return this.#track(this.#tail.then(call))
    const answer = call()
    return answer instanceof Promise ? this.#track(answer) : answer
  }

  #track<T>(answer: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = answer.then(
      () => this.#leave(settled),
      () => this.#leave(settled),
    )
    this.#tail = settled
    return answer
  }

  #leave(settled: Promise<unknown>): void {
    if (this.#tail === settled) this.#tail = null
  }
}
