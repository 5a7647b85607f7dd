// Who imports what in src/ and test/, and from that which room uses which.

import { readSyntax, type Syntax } from './imports.ts'
import { isCode, isTestSide, roomOf, type Repository } from './repository.ts'

export interface ImportGraph {
  /** By path, for every program file in src/ and test/. */
  readonly files: ReadonlyMap<string, Syntax>
  /** By room, the rooms its own files import; tests do not count. */
  readonly uses: ReadonlyMap<string, ReadonlySet<string>>
  /** The rooms that have a folder with code, and the floors where. */
  readonly rooms: ReadonlyMap<string, ReadonlySet<string>>
}

export function readImportGraph(repository: Repository): ImportGraph {
  const files = new Map<string, Syntax>()
  const uses = new Map<string, Set<string>>()
  const rooms = new Map<string, Set<string>>()
  for (const [path, text] of repository) {
    if (!/^(src|test)\//.test(path) || !isCode(path) || path.endsWith('.svelte')) continue
    const syntax = readSyntax(path, text)
    files.set(path, syntax)
    const place = roomOf(path)
    if (place === undefined) continue
    addTo(rooms, place.room, place.floor)
    if (isTestSide(path)) continue
    for (const { path: target } of syntax.imports) {
      const neighbour = target === undefined ? undefined : roomOf(target)
      if (neighbour !== undefined && neighbour.room !== place.room) {
        addTo(uses, place.room, neighbour.room)
      }
    }
  }
  return { files, uses, rooms }
}

/** Each circle of rooms once, as `a -> b -> a`. */
export function findCircles(uses: ImportGraph['uses']): string[] {
  const circles = new Set<string>()
  const done = new Set<string>()
  const visit = (room: string, trail: readonly string[]): void => {
    const start = trail.indexOf(room)
    if (start !== -1) {
      circles.add([...trail.slice(start), room].join(' -> '))
      return
    }
    if (done.has(room)) return
    for (const next of uses.get(room) ?? []) visit(next, [...trail, room])
    done.add(room)
  }
  for (const room of uses.keys()) visit(room, [])
  return [...circles]
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key) ?? new Set()
  map.set(key, set.add(value))
}
