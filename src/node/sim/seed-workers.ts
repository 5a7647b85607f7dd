// Threads that run plans: each has one under way, the others wait their turn.

import { Worker } from 'node:worker_threads'
import type { Outcome, Plan } from '../../host/simulator/index.ts'
import { SimError } from './errors.ts'

/**
 * A replica leaves much garbage that is young: with room for it a search takes an eighth less of
 * the processor, and about 90 MB more for each thread.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 192 }

/** What a thread sends back for a plan. */
export type WorkerAnswer = { readonly outcome: Outcome } | { readonly failure: string }

interface Job {
  readonly plan: Plan
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: SimError) => void
}

/** A fixed number of threads. A thread that ends fails its plan, and all that wait. */
export class SeedWorkers {
  readonly #workers: readonly Worker[]
  readonly #idle: Worker[]
  readonly #busy = new Map<Worker, Job>()
  readonly #waiting: Job[] = []
  #failure: SimError | null = null

  constructor(count: number) {
    this.#workers = Array.from({ length: count }, () => this.#start())
    this.#idle = [...this.#workers]
  }

  /** Runs a plan as soon as a thread is free. */
  run(plan: Plan): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure)
      this.#waiting.push({ plan, resolve, reject })
      this.#assign()
    })
  }

  /** Ends the threads; what is under way fails. */
  async close(): Promise<void> {
    this.#fail('the search was ended')
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #start(): Worker {
    const worker = new Worker(new URL('./seed-worker.js', import.meta.url), { resourceLimits })
    worker.on('message', (answer: WorkerAnswer) => this.#onAnswer(worker, answer))
    worker.on('error', (error) => this.#fail(error instanceof Error ? error.message : 'it threw'))
    worker.on('exit', () => this.#fail('it ended'))
    return worker
  }

  #assign(): void {
    const worker = this.#waiting.length > 0 ? this.#idle.pop() : undefined
    const job = worker === undefined ? undefined : this.#waiting.shift()
    if (worker === undefined || job === undefined) return
    this.#busy.set(worker, job)
    worker.postMessage(job.plan, [])
  }

  #onAnswer(worker: Worker, answer: WorkerAnswer): void {
    const job = this.#busy.get(worker)
    this.#busy.delete(worker)
    this.#idle.push(worker)
    if (job !== undefined) settle(job, answer)
    this.#assign()
  }

  #fail(reason: string): void {
    this.#failure ??= new SimError('SIM_WORKER', `a thread of the search failed: ${reason}`)
    for (const job of [...this.#busy.values(), ...this.#waiting]) job.reject(this.#failure)
    this.#busy.clear()
    this.#waiting.length = 0
  }
}

function settle({ plan, resolve, reject }: Job, answer: WorkerAnswer): void {
  if ('outcome' in answer) resolve(answer.outcome)
  else reject(new SimError('SIM_WORKER', `seed ${plan.seed}: ${answer.failure}`))
}
