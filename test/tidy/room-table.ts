// The room table of ARCHITECTURE.md: which rooms there are, on which floor, and whom each may know.
//
// The table is the first one whose header reads `| floor | room | promises | may know |`. A row is
//   | core | `bytes` | hex, base64, UTF-8 and bit arrays | nothing |
//   | host | `wal` | a log that survives a crash | `bytes`, `proto`, `ports` |
// and stands below the rows of all rooms it may know, so that reading downwards is reading upwards.

import type { Repository } from './repository.ts'

export const floors = ['core', 'host', 'node'] as const
export type Floor = (typeof floors)[number]

export interface Room {
  readonly floor: Floor
  readonly name: string
  readonly promises: string
  readonly mayKnow: readonly string[]
  /** In ARCHITECTURE.md. */
  readonly line: number
}

export interface RoomTable {
  readonly rooms: ReadonlyMap<string, Room>
  readonly complaints: readonly string[]
}

const file = 'ARCHITECTURE.md'

/**
 * Reads the table; what is wrong with its form comes back as complaints, in words for its author.
 */
export function readRoomTable(repository: Repository): RoomTable {
  const rooms = new Map<string, Room>()
  const complaints: string[] = []
  const lines = (repository.get(file) ?? '').split('\n')
  const header = lines.findIndex((line) => cellsOf(line).join() === 'floor,room,promises,may know')
  if (header === -1) {
    return { rooms, complaints: [`${file}: no table | floor | room | promises | may know |`] }
  }
  for (let index = header + 2; lines[index]?.startsWith('|') === true; index += 1) {
    const room = readRow(lines[index] ?? '', index + 1)
    if (typeof room === 'string') {
      complaints.push(`${file}:${index + 1}: ${room}`)
    } else if (rooms.has(room.name)) {
      complaints.push(`${file}:${room.line}: a second room called ${room.name}`)
    } else {
      for (const known of room.mayKnow) {
        if (!rooms.has(known)) {
          complaints.push(
            `${file}:${room.line}: ${room.name} may know ${known}, which is no row above it`,
          )
        }
      }
      rooms.set(room.name, room)
    }
  }
  return { rooms, complaints }
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return []
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

function readRow(row: string, line: number): Room | string {
  const [floor, room, promises, mayKnow, ...rest] = cellsOf(row)
  if (mayKnow === undefined || promises === undefined || rest.length > 0) {
    return 'a row has four cells'
  }
  if (!isFloor(floor)) return `the floor is one of ${floors.join(', ')}`
  const name = /^`([a-z0-9-]+)`$/.exec(room ?? '')?.[1]
  if (name === undefined) return 'the second cell is the name of a room in backticks'
  if (promises === '') return `say what ${name} promises`
  const known = mayKnow === 'nothing' ? [] : mayKnow.split(',').map((word) => word.trim())
  const names = known.map((word) => /^`([a-z0-9-]+)`$/.exec(word)?.[1])
  if (!names.every((word) => word !== undefined)) {
    return 'the last cell is nothing, or names of rooms in backticks with commas between'
  }
  return { floor, name, promises, mayKnow: names, line }
}

/** Whether the first floor stands on the second. */
export function isAbove(one: string, other: string): boolean {
  const order: readonly string[] = floors
  return order.indexOf(one) > order.indexOf(other)
}

function isFloor(word: string | undefined): word is Floor {
  return floors.some((floor) => floor === word)
}
