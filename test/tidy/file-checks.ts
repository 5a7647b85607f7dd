// Checks of single files: header, name, width, size, and words that do not belong.

import { firstSentence } from './header.ts'
import { isCode, type Repository } from './repository.ts'
import type { ImportGraph } from './import-graph.ts'

const widest = 100
const longest = 600
const long = 400

const bannedNames = /^(utils?|helpers?|common|misc|lib|managers?)$/

/** Files begin with a comment, the first sentence of which says what the file is for. */
export function checkHeaders(repository: Repository): string[] {
  const complaints: string[] = []
  for (const [path, text] of repository) {
    if (!isCode(path) && !/\.sh$|^\.ci\/run$/.test(path)) continue
    const sentence = firstSentence(text)
    const first = /^(#!.*\n)?(\/\/|\/\*|<!--|#)/.test(text)
    if (!first || sentence === '') {
      complaints.push(`${path}:1: begin with a comment: one sentence of purpose`)
    } else if (!/[.:]$/.test(sentence)) {
      complaints.push(`${path}:1: the opening sentence has no full stop`)
    }
  }
  return complaints
}

const rootDocuments = /^[A-Z]+\.md$/
const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/

/** Paths are kebab-case and say what is inside. */
export function checkNames(repository: Repository): string[] {
  const complaints = new Set<string>()
  for (const path of repository.keys()) {
    const parts = path.split('/')
    parts.forEach((part, index) => {
      const place = parts.slice(0, index + 1).join('/')
      const capitals =
        rootDocuments.test(part) && part !== place ? part === 'README.md' : rootDocuments.test(part)
      if (!capitals && !kebabCase.test(part)) complaints.add(`${place}: names are kebab-case`)
      const banned = part.split(/[-.]/).find((word) => bannedNames.test(word))
      if (banned !== undefined) {
        complaints.add(`${place}: "${banned}" says nothing about what is inside`)
      }
    })
  }
  return [...complaints]
}

/** Exported names say what the thing is, by the same list as paths. */
export function checkExports(graph: ImportGraph): string[] {
  const complaints: string[] = []
  for (const [path, { exports }] of graph.files) {
    for (const { name, line } of exports) {
      const words = name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase())
      const banned = words.find((word) => bannedNames.test(word) && word !== 'common')
      if (banned !== undefined) {
        complaints.push(`${path}:${line}: "${banned}" in ${name} says nothing`)
      }
    }
  }
  return complaints
}

/** No line is wider than 100 columns, unless one unbreakable word makes it so. */
export function checkWidth(repository: Repository): string[] {
  return eachLine(repository, (path, line) => {
    const width = line.length
    if (!isCode(path) || width <= widest) return undefined
    const words = line.trim().split(/\s+/)
    const unbreakable = words.some((word) => word.length > widest - 30)
    return unbreakable ? undefined : `${width} columns, ${widest} at most`
  })
}

/** Program files have 600 lines at most. */
export function checkSize(repository: Repository): string[] {
  return filesLongerThan(repository, longest).map(
    ([path, lines]) => `${path}: ${lines} lines, ${longest} at most: a second noun is hiding in it`,
  )
}

/** Warnings about files of more than 400 lines that may still stand. */
export function warnOfSize(repository: Repository): string[] {
  return filesLongerThan(repository, long)
    .filter(([, lines]) => lines <= longest)
    .map(([path, lines]) => `${path}: ${lines} lines, ${long} are plenty`)
}

function filesLongerThan(repository: Repository, limit: number): [path: string, lines: number][] {
  return [...repository]
    .filter(([path]) => isCode(path))
    .map(([path, text]): [string, number] => [path, text.trimEnd().split('\n').length])
    .filter(([, lines]) => lines > limit)
}

// The words stand reversed so that this file passes its own checks.
const markers = new RegExp(`\\b(${backwards('ODOT EMXIF KCAH')}|X{3})\\b`)
const workplaces = new RegExp(`(?<![\\w.$}/-])/(${backwards('krow mraf toor sresU')})/`)

function backwards(words: string): string {
  return words
    .split(' ')
    .map((word) => word.split('').toReversed().join(''))
    .join('|')
}

/** What was meant to be finished before it was committed. */
export function checkMarkers(repository: Repository): string[] {
  return eachLine(repository, (_path, line) => {
    const [marker] = markers.exec(line) ?? []
    return marker === undefined ? undefined : `${marker}: finish it or say it in the changelog`
  })
}

/** Absolute paths of the machine where a line was written. */
export function checkWorkplace(repository: Repository): string[] {
  return eachLine(repository, (_path, line) => {
    const [path] = workplaces.exec(line) ?? []
    return path === undefined ? undefined : `${path}... is a path of one machine`
  })
}

/** Tests that run alone or not at all, and mocked modules. */
export function checkTests(repository: Repository): string[] {
  return eachLine(repository, (path, line) => {
    if (!path.endsWith('.test.ts')) return undefined
    const [, word] =
      /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(only|skip|todo)\b/.exec(line) ?? []
    if (word !== undefined) return `.${word} leaves tests out`
    return /\bvi\.(mock|doMock)\(/.test(line) ? 'mocks a module: the code lacks a port' : undefined
  })
}

function eachLine(
  repository: Repository,
  check: (path: string, line: string) => string | undefined,
): string[] {
  const complaints: string[] = []
  for (const [path, text] of repository) {
    text.split('\n').forEach((line, index) => {
      const complaint = check(path, line)
      if (complaint !== undefined) complaints.push(`${path}:${index + 1}: ${complaint}`)
    })
  }
  return complaints
}
