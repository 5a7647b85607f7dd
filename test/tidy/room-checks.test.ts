// Each check of rooms and imports finds its fault in a tiny bad repository, and nothing in a good
// one.

import { describe, expect, test } from 'vitest'
import { checkImports, warnOfManyRooms } from './import-checks.ts'
import { readImportGraph } from './import-graph.ts'
import { makeRepository } from './repository.ts'
import * as rooms from './room-checks.ts'
import { readRoomTable } from './room-table.ts'

const header = '| floor | room | promises | may know |\n|---|---|---|---|\n'
const door = `// Door.
//
// Promises: x.
// Must never: x.
// Counterpart in
// CometBFT: x.
`

function inspect(files: Record<string, string>): string[] {
  const repository = makeRepository(files)
  const table = readRoomTable(repository)
  const graph = readImportGraph(repository)
  return [
    ...table.complaints,
    ...rooms.checkFolders(graph, table),
    ...checkImports(graph, table),
    ...rooms.checkPermissions(graph, table),
    ...rooms.checkPlaces(repository),
    ...rooms.checkDoors(repository, graph),
    ...rooms.checkDeadFiles(repository, graph),
  ]
}

/** Two rooms in order: proto knows bytes. */
const good = {
  'ARCHITECTURE.md': `${header}| core | \`bytes\` | hex | nothing |
| core | \`proto\` | wire | \`bytes\` |
`,
  'src/core/bytes/index.ts': `${door}export * from './hex.ts'\n`,
  'src/core/bytes/hex.ts': '// Hex.\nexport const hex = 1\n',
  'src/core/proto/index.ts': `${door}import type { hex } from '../bytes/index.ts'
export type A = typeof hex
`,
}

describe('room checks', () => {
  test('a good repository: nothing is said', () => {
    expect(inspect(good)).toEqual([])
  })

  test('table: a missing table is named', () => {
    expect(readRoomTable(makeRepository({})).complaints).toEqual([
      'ARCHITECTURE.md: no table | floor | room | promises | may know |',
    ])
  })

  test.each([
    ['| core | `a` | x |', 'a row has four cells'],
    ['| attic | `a` | x | nothing |', 'the floor is one of core, host, node'],
    ['| core | a | x | nothing |', 'the second cell is the name of a room in backticks'],
    ['| core | `a` | | nothing |', 'say what a promises'],
    [
      '| core | `a` | x | b |',
      'the last cell is nothing, or names of rooms in backticks with commas between',
    ],
    ['| core | `a` | x | `b` |', 'a may know b, which is no row above it'],
  ])('table: %s is refused', (row, complaint) => {
    const table = readRoomTable(makeRepository({ 'ARCHITECTURE.md': header + row }))
    expect(table.complaints).toEqual([`ARCHITECTURE.md:3: ${complaint}`])
  })

  test('table: a room has one row', () => {
    const row = '| core | `a` | x | nothing |\n'
    const table = readRoomTable(makeRepository({ 'ARCHITECTURE.md': header + row + row }))
    expect(table.complaints).toEqual(['ARCHITECTURE.md:4: a second room called a'])
  })

  test('folders: a room that appears is answered with its row', () => {
    const files = {
      ...good,
      'src/host/wal/index.ts': `${door}import '../../core/bytes/index.ts'\n`,
    }
    expect(inspect(files)).toEqual([
      'src/host/wal has no row in the room table of ARCHITECTURE.md: ' +
        '| host | `wal` | ... | `bytes` |',
    ])
  })

  test('folders: a row without a folder is named', () => {
    const row = '| host | `wal` | a log | nothing |\n'
    expect(inspect({ ...good, 'ARCHITECTURE.md': good['ARCHITECTURE.md'] + row })).toEqual([
      'ARCHITECTURE.md:5: there is no src/host/wal',
    ])
  })

  test('folders: two floors cannot have rooms of one name', () => {
    expect(inspect({ ...good, 'src/host/bytes/index.ts': door })).toContain(
      'bytes: two floors have a room of this name',
    )
  })

  test('imports: an undeclared neighbour is named', () => {
    const files = {
      ...good,
      'src/core/bytes/hex.ts': "// Hex.\nexport * from '../proto/index.ts'\n",
    }
    expect(inspect(files)).toEqual([
      'src/core/bytes/hex.ts:2: bytes may not know proto (room table of ARCHITECTURE.md)',
      'rooms know each other in a circle: bytes -> proto -> bytes',
    ])
  })

  test('imports: a way around the door is named, also for types', () => {
    const way = "import('../bytes/hex.ts').hex"
    const files = {
      ...good,
      'src/core/proto/index.ts': `${door}export type A = ${way}\nexport type B = A\n`,
    }
    expect(inspect(files)).toEqual([
      'src/core/proto/index.ts:7: goes around the door of bytes: import its index.ts',
    ])
  })

  test('imports: a floor above, a package, Node and dist are named', () => {
    const text = `${door}import '../bytes/index.ts'
import '../../host/wal/index.ts'
import 'valibot'
import { readFileSync } from 'node:fs'
export * from '@noble/hashes/sha2.js'
await import('../../../dist/core/bytes/index.js')
`
    const complaints = inspect({ ...good, 'src/core/proto/index.ts': text })
    const rule = 'core may use no package but @noble/curves and @noble/hashes'
    expect(complaints).toEqual([
      'src/core/proto/index.ts:8: imports upwards: host lies above core',
      `src/core/proto/index.ts:9: imports valibot: ${rule}`,
      `src/core/proto/index.ts:10: imports node:fs: ${rule}`,
      'src/core/proto/index.ts:12: imports ../../../dist/core/bytes/index.js: import the source',
    ])
  })

  test('imports: tests know every room by its door, and the test side of others', () => {
    const files = {
      ...good,
      'src/core/bytes/hex.test.ts': `// T.
import 'vitest'
import '../proto/index.ts'
import '../proto/reader.fixture.ts'
import '../proto/reader.ts'
`,
    }
    expect(inspect(files)).toEqual([
      'src/core/bytes/hex.test.ts:5: goes around the door of proto: import its index.ts',
    ])
  })

  test('imports: what is for tests stays with tests', () => {
    const files = {
      ...good,
      'src/core/bytes/hex.ts': "// Hex.\nimport './bytes.fixture.ts'\n",
      'src/core/bytes/bytes.fixture.ts': '// Makers.\n',
    }
    expect(inspect(files)).toEqual([
      'src/core/bytes/hex.ts:2: imports ./bytes.fixture.ts, which is for tests',
    ])
  })

  test('permissions: one that nobody uses is named, a test is no use', () => {
    const files = {
      ...good,
      'src/core/proto/index.ts': door,
      'src/core/proto/index.test.ts': "// T.\nimport '../bytes/index.ts'\n",
    }
    expect(inspect(files)).toEqual(['ARCHITECTURE.md:4: proto may know bytes and does not use it'])
  })

  test('permissions: one that points upwards is named', () => {
    const rows = '| host | `wal` | log | nothing |\n| core | `chain` | x | `wal` |\n'
    const table = readRoomTable(makeRepository({ 'ARCHITECTURE.md': header + rows }))
    const graph = readImportGraph(makeRepository({}))
    expect(rooms.checkPermissions(graph, table)).toEqual([
      'ARCHITECTURE.md:4: chain may not know wal, a floor above',
    ])
  })

  test('places: a deeper folder, a fourth floor and a file in no room are named', () => {
    const files = {
      'src/core/bytes/deep/hex.ts': '',
      'src/attic/bytes/hex.ts': '',
      'src/core/hex.ts': '',
      'src/core/ambient.d.ts': '',
    }
    expect(rooms.checkPlaces(makeRepository(files))).toEqual([
      'src/core/bytes/deep/hex.ts: rooms are flat',
      'src/attic/bytes/hex.ts: src/attic is no floor',
      'src/core/hex.ts: lies in no room',
    ])
  })

  test('doors: a room without a door, and a door that says nothing, are named', () => {
    const repository = makeRepository({
      'src/core/bytes/hex.ts': '// Hex.\n',
      'src/core/proto/index.ts': '// Door.\n',
      'src/node/cli/main.ts': '#!/usr/bin/env node\n// The command.\n',
    })
    expect(rooms.checkDoors(repository, readImportGraph(repository))).toEqual([
      'src/core/bytes has no door: add index.ts',
      'src/core/proto/index.ts: the header does not say "promises"',
      'src/core/proto/index.ts: the header does not say "never"',
      'src/core/proto/index.ts: the header does not say "counterpart in CometBFT"',
    ])
  })

  test('dead files: what only a test imports is named, what a worker starts is not', () => {
    const files = {
      ...good,
      'src/core/bytes/octal.ts': '// Octal.\n',
      'src/core/bytes/octal.test.ts': "// T.\nimport './octal.ts'\n",
      'src/core/bytes/hex.ts': "// Hex.\nexport const hex = new URL('./job.js', import.meta.url)\n",
      'src/core/bytes/job.ts': '// Job.\n',
    }
    expect(inspect(files)).toEqual(['src/core/bytes/octal.ts: nothing imports this file'])
  })

  test('many rooms: a file that knows seven is warned of', () => {
    const text = [1, 2, 3, 4, 5, 6, 7].map((n) => `import '../room-${n}/index.ts'\n`).join('')
    const repository = makeRepository({ 'src/host/p2p/a.ts': text, 'src/host/engine/a.ts': text })
    expect(warnOfManyRooms(readImportGraph(repository))).toEqual([
      'src/host/p2p/a.ts: knows 7 rooms',
    ])
  })
})
