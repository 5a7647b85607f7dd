// Checks of documents: code blocks are run, README's map and the folders agree, links lead
// somewhere.

import { posix } from 'node:path'
import { readDocBlocks } from './doc-blocks.ts'
import type { Repository } from './repository.ts'

const runnable = new Set([
  'ts',
  'js',
  'mjs',
  'sh',
  'bash',
  'console',
  'shell',
  'typescript',
  'javascript',
])

/**
 * A block in a language that could be run is marked `run`; what is only shown calls itself `text`.
 */
export function checkDocBlocks(repository: Repository): string[] {
  const complaints: string[] = []
  for (const [path, text] of repository) {
    if (!path.endsWith('.md')) continue
    for (const { line, language, marks } of readDocBlocks(path, text)) {
      const say = (complaint: string): number =>
        complaints.push(`${path}:${line - 1}: ${complaint}`)
      if (language === '') say('the code block names no language (`text` for plain text)')
      else if (runnable.has(language) && !marks.includes('run')) {
        say(`the block is not marked to be run: write \`${language} run\`, or \`text\``)
      }
    }
  }
  return complaints
}

/** Folders that README's map must name. */
function foldersToMap(repository: Repository): Set<string> {
  const folders = new Set<string>()
  for (const path of repository.keys()) {
    const [, folder] = /^(src\/[^/]+|[^./][^/]*)\//.exec(path) ?? []
    if (folder !== undefined) folders.add(folder)
  }
  return folders
}

/**
 * README's map is the table below its heading `Map`, with a folder in backticks first in each row:
 * every folder of the top and every floor of src/ is there, and nothing that does not exist.
 */
export function checkMap(repository: Repository): string[] {
  const readme = repository.get('README.md')
  if (readme === undefined) return []
  const section = /^## Map\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readme)?.[1]
  if (section === undefined) return ['README.md: no heading "## Map" with a table of the folders']
  const named = new Set(
    [...section.matchAll(/^\| `([^`]+?)\/?` \|/gm)].map(([, path]) => path ?? ''),
  )
  const folders = foldersToMap(repository)
  const exists = (name: string): boolean =>
    repository.has(name) || [...repository.keys()].some((path) => path.startsWith(`${name}/`))
  return [
    ...[...folders]
      .filter((name) => !named.has(name))
      .map((name) => `README.md: the map lacks ${name}`),
    ...[...named]
      .filter((name) => !exists(name))
      .map((name) => `README.md: the map names ${name}, which is not there`),
  ]
}

/** Relative links of documents lead to files or folders of the repository. */
export function checkLinks(repository: Repository, exists: (path: string) => boolean): string[] {
  const complaints: string[] = []
  for (const [path, text] of repository) {
    if (!path.endsWith('.md')) continue
    const prose = text.replace(/^(`{3,})[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, ''))
    prose.split('\n').forEach((line, index) => {
      for (const [, target = ''] of line.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(target)) continue
        if (!exists(posix.join(posix.dirname(path), target))) {
          complaints.push(`${path}:${index + 1}: the link to ${target} leads nowhere`)
        }
      }
    })
  }
  return complaints
}
