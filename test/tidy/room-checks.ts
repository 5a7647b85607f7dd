// Checks of rooms: folders and permissions against the room table, doors, flat folders, files
// nobody imports.

import { findCircles, type ImportGraph } from './import-graph.ts'
import { leadingComment } from './header.ts'
import { isCode, isTestSide, roomOf, type Repository } from './repository.ts'
import { floors, isAbove, type RoomTable } from './room-table.ts'

/** Folders and the room table name the same rooms. */
export function checkFolders(graph: ImportGraph, table: RoomTable): string[] {
  const complaints: string[] = []
  for (const [room, inFloors] of graph.rooms) {
    if (inFloors.size > 1) complaints.push(`${room}: two floors have a room of this name`)
    for (const floor of inFloors) {
      if (table.rooms.get(room)?.floor === floor) continue
      const known = [...(graph.uses.get(room) ?? [])].map((name) => `\`${name}\``).join(', ')
      const row = `| ${floor} | \`${room}\` | ... | ${known === '' ? 'nothing' : known} |`
      complaints.push(
        `src/${floor}/${room} has no row in the room table of ARCHITECTURE.md: ${row}`,
      )
    }
  }
  for (const { name, floor, line } of table.rooms.values()) {
    if (!graph.rooms.has(name)) {
      complaints.push(`ARCHITECTURE.md:${line}: there is no src/${floor}/${name}`)
    }
  }
  return complaints
}

/** Permissions are used, point downwards, and make no circle. */
export function checkPermissions(graph: ImportGraph, table: RoomTable): string[] {
  const complaints: string[] = []
  for (const { name, floor, mayKnow, line } of table.rooms.values()) {
    for (const known of mayKnow) {
      const neighbour = table.rooms.get(known)
      if (neighbour !== undefined && isAbove(neighbour.floor, floor)) {
        complaints.push(`ARCHITECTURE.md:${line}: ${name} may not know ${known}, a floor above`)
      } else if (graph.rooms.has(name) && graph.uses.get(name)?.has(known) !== true) {
        complaints.push(`ARCHITECTURE.md:${line}: ${name} may know ${known} and does not use it`)
      }
    }
  }
  for (const circle of findCircles(graph.uses)) {
    complaints.push(`rooms know each other in a circle: ${circle}`)
  }
  return complaints
}

/** Program files of src/ lie directly in a room of a floor. */
export function checkPlaces(repository: Repository): string[] {
  const complaints: string[] = []
  for (const path of repository.keys()) {
    const [, floor, file] = /^src\/([^/]+)\/(.+)$/.exec(path) ?? []
    if (floor === undefined || file === undefined || !isCode(path)) continue
    const depth = file.split('/').length
    if (!floors.some((one) => one === floor)) complaints.push(`${path}: src/${floor} is no floor`)
    else if (depth === 1 && file !== 'ambient.d.ts') complaints.push(`${path}: lies in no room`)
    else if (depth > 2) complaints.push(`${path}: rooms are flat`)
  }
  return complaints
}

/** What a door's header or the room's README says, however the sentence goes on. */
const doorWords = ['promises', 'never', 'counterpart in CometBFT']

/**
 * Every room has a door that says what the room promises; a room with a main.ts is entered by
 * starting it.
 */
export function checkDoors(repository: Repository, graph: ImportGraph): string[] {
  const complaints: string[] = []
  for (const [room, inFloors] of graph.rooms) {
    for (const floor of inFloors) {
      const folder = `src/${floor}/${room}`
      const text = repository.get(`${folder}/index.ts`)
      if (text === undefined) {
        const started = repository.has(`${folder}/main.ts`)
        if (!started) complaints.push(`${folder} has no door: add index.ts`)
        continue
      }
      const said = wordsOf(leadingComment(text) + (repository.get(`${folder}/README.md`) ?? ''))
      for (const word of doorWords) {
        if (!said.includes(wordsOf(word))) {
          complaints.push(`${folder}/index.ts: the header does not say "${word}"`)
        }
      }
    }
  }
  return complaints
}

/** Letters only, in one case, with one space between words, as lines may break anywhere. */
function wordsOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z]+/g, ' ')
}

/** Files of a room that no import and no worker's URL mentions. */
export function checkDeadFiles(repository: Repository, graph: ImportGraph): string[] {
  const alive = new Set<string>()
  for (const [path, { imports }] of graph.files) {
    if (isTestSide(path)) continue
    for (const { path: target } of imports) if (target !== undefined) alive.add(target)
    for (const url of urlsIn(repository.get(path) ?? '')) alive.add(fileOf(path, url))
  }
  return [...graph.files.keys()]
    .filter((path) => {
      const place = isTestSide(path) ? undefined : roomOf(path)
      const entry = place === undefined || /^(index|main)\.ts$/.test(place.file)
      return !entry && !alive.has(path)
    })
    .map((path) => `${path}: nothing imports this file`)
}

function* urlsIn(text: string): Generator<string> {
  for (const [, url] of text.matchAll(/new URL\(\s*['"`]\.\/([^'"`]+)['"`]/g)) yield url ?? ''
}

function fileOf(from: string, name: string): string {
  return `${from.slice(0, from.lastIndexOf('/'))}/${name.replace(/\.js$/, '.ts')}`
}
