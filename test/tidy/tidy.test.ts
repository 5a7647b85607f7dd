// The repository obeys its own rules of form; each rule has its test in the files beside this one.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { checkDocBlocks, checkLinks, checkMap } from './doc-checks.ts'
import * as files from './file-checks.ts'
import { checkImports, warnOfManyRooms } from './import-checks.ts'
import { readImportGraph } from './import-graph.ts'
import { readRepository } from './repository.ts'
import * as rooms from './room-checks.ts'
import { readRoomTable } from './room-table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const repository = readRepository(root)
const graph = readImportGraph(repository)
const table = readRoomTable(repository)

describe('tidy', () => {
  test.each([
    ['the room table can be read', () => table.complaints],
    ['folders are the rooms of the table', () => rooms.checkFolders(graph, table)],
    ['imports keep to floors, doors and permissions', () => checkImports(graph, table)],
    ['permissions are used and make no circle', () => rooms.checkPermissions(graph, table)],
    ['rooms are flat', () => rooms.checkPlaces(repository)],
    ['doors say what they promise', () => rooms.checkDoors(repository, graph)],
    ['every file is used', () => rooms.checkDeadFiles(repository, graph)],
    ['files begin with a sentence of purpose', () => files.checkHeaders(repository)],
    ['names are kebab-case and say something', () => files.checkNames(repository)],
    ['exports say something', () => files.checkExports(graph)],
    ['lines fit', () => files.checkWidth(repository)],
    ['files are short', () => files.checkSize(repository)],
    ['nothing is left to be done', () => files.checkMarkers(repository)],
    ['nothing names the workplace', () => files.checkWorkplace(repository)],
    ['every test runs', () => files.checkTests(repository)],
    ['code in documents is run', () => checkDocBlocks(repository)],
    ['the map of README is true', () => checkMap(repository)],
    ['links lead somewhere', () => checkLinks(repository, (path) => existsSync(join(root, path)))],
  ])('repository: %s', (_title, check) => {
    expect(check().join('\n')).toBe('')
  })

  // What is a smell and no fault is shown and does not fail.
  afterAll(() => {
    const warnings = [...files.warnOfSize(repository), ...warnOfManyRooms(graph)]
    if (warnings.length > 0) process.stderr.write(`warning: ${warnings.join('\nwarning: ')}\n`)
  })
})
