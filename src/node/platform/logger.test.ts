// The log as an operator reads it: what the filter shows, and how a line looks.

import { describe, expect, test } from 'vitest'
import type { Logger } from '../../host/ports/index.ts'
import { formatLine } from './log-line.ts'
import { parseLogLevel } from './log-level.ts'
import { makeLogger } from './logger.ts'

const filterOf = (text: string) => {
  const filter = parseLogLevel(text)
  if (!filter.ok) throw new Error(filter.error)
  return filter.value
}

const capture = (level: string, format: 'plain' | 'json'): { logger: Logger; lines: string[] } => {
  const lines: string[] = []
  const output = { write: (line: string): void => void lines.push(line) }
  return { logger: makeLogger({ filter: filterOf(level), format, output }), lines }
}

const sayAll = (logger: Logger): void => {
  logger.debug('d')
  logger.info('i')
  logger.warn('w')
  logger.error('e')
}

describe('log level', () => {
  test.each([
    ['info', 'consensus', 'iwe'],
    ['debug', 'consensus', 'diwe'],
    ['warn', 'consensus', 'we'],
    ['error', 'consensus', 'e'],
    ['none', 'consensus', ''],
    ['consensus:debug,*:error', 'consensus', 'diwe'],
    ['consensus:debug,*:error', 'p2p', 'e'],
    ['consensus:debug', 'p2p', 'iwe'],
    ['*:none, p2p:info', 'p2p', 'iwe'],
    ['p2p:debug,p2p:error', 'p2p', 'e'],
  ])('log level: %s shows of %s the levels %s', (level, room, shown) => {
    const { logger, lines } = capture(level, 'json')
    sayAll(logger.child(room))
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg).join('')).toBe(shown)
  })

  test.each(['', 'loud', 'consensus:loud', ':info', 'a:b:info', 'info,', 'consensus:'])(
    'log level: %j is refused in one line that says what is known',
    (text) => {
      const filter = parseLogLevel(text)
      expect(filter.ok).toBe(false)
      if (filter.ok) return
      expect(filter.error).toContain('debug, info, warn, error, none')
      expect(filter.error).not.toContain('\n')
    },
  )
})

describe('log line', () => {
  test('log line: plain is one line with time, level, room, message and fields', () => {
    const line = formatLine({
      time: new Date(1_700_000_000_123),
      level: 'info',
      room: 'consensus',
      message: 'decided',
      fields: {
        height: 5n,
        hash: Uint8Array.of(0xab, 1),
        reason: 'two words',
        error: Object.assign(new Error('broken'), { code: 'WAL_CORRUPT' }),
        missing: [1, 2n, Uint8Array.of(3)],
        absent: undefined,
        text: '',
      },
    })
    expect(line).toBe(
      '2023-11-14T22:13:20.123Z INFO  consensus  decided height=5 hash=AB01 reason="two words" ' +
        'error="WAL_CORRUPT: broken" missing="[1,\\"2\\",\\"03\\"]" text=""\n',
    )
  })

  test('log line: text from outside cannot begin a line of its own', () => {
    const { logger, lines } = capture('info', 'plain')
    logger.info('peer says\nERROR forged', { moniker: 'a\nERROR forged', '\u001b[2J': '\u001b[2J' })
    expect(lines).toHaveLength(1)
    expect(lines[0]!.slice(0, -1)).not.toMatch(/\p{Cc}/u)
  })

  test('log line: json has level, time, module, message and fields of CometBFT', () => {
    const { logger, lines } = capture('info', 'json')
    logger.child('consensus').info('decided', { height: 5n, round: 0, hash: Uint8Array.of(0xab) })
    const entry = JSON.parse(lines[0]!) as Record<string, unknown>
    expect(entry).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      module: 'consensus',
      msg: 'decided',
      height: 5,
      round: 0,
      hash: 'AB',
    })
  })
})
