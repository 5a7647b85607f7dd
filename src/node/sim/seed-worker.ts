// A thread that runs the plans it is sent, one after the other.

import { parentPort } from 'node:worker_threads'
import type { Plan } from '../../host/simulator/index.ts'
import type { WorkerAnswer } from './seed-workers.ts'
import { runPlan } from './run-plan.ts'

parentPort?.on('message', (plan: Plan) => {
  runPlan(plan).then(
    (outcome) => answer({ outcome }),
    (error: unknown) => answer({ failure: error instanceof Error ? error.message : String(error) }),
  )
})

function answer(message: WorkerAnswer): void {
  parentPort?.postMessage(message, [])
}
