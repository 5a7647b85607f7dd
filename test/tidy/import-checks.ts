// Checks of single imports: permissions, doors, floors, packages and dist.

import type { ImportGraph } from './import-graph.ts'
import type { Import } from './imports.ts'
import { isTestSide, roomOf } from './repository.ts'
import { isAbove, type RoomTable } from './room-table.ts'

const packagesOfLowerFloors = /^@noble\/(curves|hashes)(\/|$)/
/** More rooms than this in one file is a smell, except where rooms are put together. */
const manyRooms = 6
const roomsThatAssemble = new Set(['engine', 'replica', 'simulator', 'assembly'])

export function checkImports(graph: ImportGraph, table: RoomTable): string[] {
  const complaints: string[] = []
  for (const [path, { imports, error }] of graph.files) {
    if (error !== undefined) complaints.push(`${path}: cannot be read: ${error}`)
    for (const one of imports) {
      const complaint = checkOutside(path, one) ?? checkNeighbour(path, one, table)
      if (complaint !== undefined) complaints.push(`${path}:${one.line}: ${complaint}`)
    }
  }
  return complaints
}

/** Warnings about files that know more rooms than one mind holds. */
export function warnOfManyRooms(graph: ImportGraph): string[] {
  const warnings: string[] = []
  for (const [path, { imports }] of graph.files) {
    const own = roomOf(path)?.room
    if (own === undefined || roomsThatAssemble.has(own) || isTestSide(path)) continue
    const known = new Set(imports.map((one) => one.path && roomOf(one.path)?.room))
    for (const none of [undefined, own]) known.delete(none)
    if (known.size > manyRooms) warnings.push(`${path}: knows ${known.size} rooms`)
  }
  return warnings
}

/** Packages, Node and dist. */
function checkOutside(path: string, { specifier, path: target }: Import): string | undefined {
  if (/(^|\/)dist\//.test(target ?? specifier)) return `imports ${specifier}: import the source`
  if (target !== undefined || isTestSide(path)) return undefined
  const floor = roomOf(path)?.floor
  const restricted = floor === 'core' || floor === 'host'
  if (!restricted || packagesOfLowerFloors.test(specifier)) return undefined
  return `imports ${specifier}: ${floor} may use no package but @noble/curves and @noble/hashes`
}

function checkNeighbour(path: string, one: Import, table: RoomTable): string | undefined {
  const { specifier, path: target } = one
  if (target === undefined) return undefined
  const forTests = isTestSide(path)
  if (!forTests && isTestSide(target)) return `imports ${specifier}, which is for tests`
  const from = roomOf(path)
  const to = roomOf(target)
  if (to === undefined || from?.room === to.room) return undefined
  if (to.file !== 'index.ts' && !(forTests && isTestSide(target))) {
    return `goes around the door of ${to.room}: import its index.ts`
  }
  if (from === undefined || forTests) return undefined
  if (isAbove(to.floor, from.floor)) return `imports upwards: ${to.floor} lies above ${from.floor}`
  const room = table.rooms.get(from.room)
  if (room === undefined || room.mayKnow.includes(to.room)) return undefined
  return `${from.room} may not know ${to.room} (room table of ARCHITECTURE.md)`
}
