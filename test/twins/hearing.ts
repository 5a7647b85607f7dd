// Who hears whom in one round: groups, and within the groups the members that are deaf for a phase.

/** Both phases of votes in which an instance can be deaf. */
const PHASES = 2

/** In a smaller group no quorum is heard, so deafness there would add scenarios without a sting. */
const SMALLEST_WITH_DEAF = 3

/**
 * One round of a script. Sets of instances are bit masks. A member of a group hears what the group
 * says, in each phase unless it is deaf there; the deaf are heard all the same.
 */
export interface Hearing {
  /** The group of each instance, itself included. */
  readonly groups: readonly number[]
  readonly deafToPrevotes: number
  readonly deafToPrecommits: number
}

/**
 * Every hearing of `instances` instances, each once: all partitions into groups, and for each all
 * ways in which members of groups of three and more are deaf.
 */
export function allHearings(instances: number): Hearing[] {
  return partitions(instances).flatMap((groups) => {
    const large = groups.flatMap((group, index) =>
      sizeOf(group) >= SMALLEST_WITH_DEAF ? [index] : [],
    )
    return Array.from({ length: 2 ** (PHASES * large.length) }, (_, bits) => ({
      groups,
      deafToPrevotes: spread(bits, large),
      deafToPrecommits: spread(bits >>> large.length, large),
    }))
  })
}

/** The hearing in which instances `a` and `b` have changed places. */
export function swapped({ groups, ...deaf }: Hearing, a: number, b: number): Hearing {
  const exchange = (set: number): number => {
    const differs = ((set >> a) ^ (set >> b)) & 1
    return set ^ ((differs << a) | (differs << b))
  }
  const moved = groups.map(exchange)
  const [groupOfA, groupOfB] = [moved[a], moved[b]]
  if (groupOfA === undefined || groupOfB === undefined) throw new Error('no such instance')
  moved[a] = groupOfB
  moved[b] = groupOfA
  return {
    groups: moved,
    deafToPrevotes: exchange(deaf.deafToPrevotes),
    deafToPrecommits: exchange(deaf.deafToPrecommits),
  }
}

/** Equal for equal hearings only. */
export function hearingKey({ groups, deafToPrevotes, deafToPrecommits }: Hearing): number {
  return [...groups, deafToPrevotes, deafToPrecommits].reduce((key, set) => key * 64 + set, 0)
}

/**
 * All partitions, as the group of each instance. Restricted growth strings: an instance joins a
 * group that an earlier one opened, or opens the next.
 */
export function partitions(instances: number): number[][] {
  let strings: number[][] = [[]]
  for (let index = 0; index < instances; index += 1) {
    strings = strings.flatMap((string) =>
      Array.from({ length: Math.max(-1, ...string) + 2 }, (_, group) => [...string, group]),
    )
  }
  return strings.map((string) =>
    string.map((own) => string.reduce((set, other, at) => set | (Number(other === own) << at), 0)),
  )
}

// The lowest bits of `bits`, at the places of `indexes`.
function spread(bits: number, indexes: readonly number[]): number {
  return indexes.reduce((set, index, at) => set | (((bits >> at) & 1) << index), 0)
}

function sizeOf(set: number): number {
  return set === 0 ? 0 : (set & 1) + sizeOf(set >> 1)
}
