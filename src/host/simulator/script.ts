// Does to a world what a script says.

import { validatorKeyOf } from '../privval/index.ts'
import type { Load } from './load.ts'
import type { Member } from './member.ts'
import type { Narrator } from './narrator.ts'
import type { MessageNetwork } from './network.ts'
import type { ScriptAction } from './plan.ts'
import { signingSeedOf } from './seats.ts'
import type { Common } from './stage-options.ts'

/** What a script can get at. */
export interface Scene {
  readonly common: Common
  readonly members: readonly Member[]
  readonly network: MessageNetwork
  readonly narrator: Narrator
  readonly load: Load
}

/** Performs one action now; what makes no sense at the moment does nothing. */
export function perform(scene: Scene, action: ScriptAction): void {
  const { network, narrator, common } = scene
  if (action.do === 'partition') {
    const groups = action.groups.map((group) => group.join(',')).join('/')
    const detail = action.oneWay === true ? `${groups} one way` : groups
    narrator.tell({ node: -1, kind: 'partition', detail })
    return network.partition(cutBetween(scene.members, action.groups, action.oneWay ?? false))
  }
  if (action.do === 'heal') {
    narrator.tell({ node: -1, kind: 'heal', detail: '' })
    return network.heal()
  }
  if (action.do === 'power') {
    const { node, power } = action
    narrator.tell({ node, kind: 'power', detail: `${power} is asked for` })
    const { pubKey } = validatorKeyOf(common.crypto, signingSeedOf(node))
    return scene.load.askForPower(pubKey, power)
  }
  if (action.do === 'params') {
    const { blockBytes, evidenceAge } = action.params
    const age = `evidence of ${evidenceAge.blocks} blocks and ${evidenceAge.ms} ms`
    narrator.tell({ node: -1, kind: 'params', detail: `${blockBytes} bytes, ${age}` })
    return scene.load.askForParams(action.params)
  }
  for (const member of scene.members) {
    if (member.seat !== action.node) continue
    act(scene, member, action)
    if (action.do === 'restart') member.start(common)
  }
}

type NodeAction = Exclude<ScriptAction, { do: 'partition' | 'heal' | 'power' | 'params' }>

function act({ narrator }: Scene, member: Member, action: NodeAction): void {
  const { node } = member
  if (action.do === 'crash') {
    if (action.steps === undefined) member.crash()
    else member.disk.losePowerAt(action.steps)
    return
  }
  if (action.do === 'restart') return narrator.tell({ node, kind: 'restart', detail: '' })
  if (action.do === 'disk-fault') {
    narrator.tell({ node, kind: 'disk-fault', detail: action.fault })
    return member.disk.harm(action.fault)
  }
  if (action.do === 'skew') {
    narrator.tell({ node, kind: 'skew', detail: `${action.byMs} ms` })
    return member.skew(action.byMs)
  }
  narrator.tell({ node, kind: action.do, detail: '' })
  if (action.do === 'pause') member.pause()
  else member.resume()
}

// Copies of a twin stand on both sides: the second copy with the last group.
function cutBetween(
  members: readonly Member[],
  groups: readonly (readonly number[])[],
  oneWay: boolean,
): (from: number, to: number) => boolean {
  const groupOf = members.map(({ node, seat }) => {
    const own = groups.findIndex((group) => group.includes(seat))
    return node === seat || own < 0 ? own : groups.length - 1
  })
  return (from, to) => {
    const [ours, theirs] = [groupOf[from] ?? -1, groupOf[to] ?? -1]
    if (ours < 0 || theirs < 0) return from !== to
    return oneWay ? ours < theirs : ours !== theirs
  }
}
