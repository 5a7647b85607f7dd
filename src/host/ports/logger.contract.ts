// What every logger must do.

import { describe, expect, test } from 'vitest'
import type { Logger } from './logger.ts'

/**
 * A logger that shows everything, and the lines it has written, each as text that holds all of it.
 */
export interface LoggerWorld {
  readonly logger: Logger
  lines(): readonly string[]
}

/** Registers the suite for one implementation. */
export function loggerContract(name: string, makeWorld: () => LoggerWorld): void {
  describe(`logger port, ${name}`, () => {
    test('logger: every level writes one line with message and fields', () => {
      const { logger, lines } = makeWorld()
      logger.debug('said debug')
      logger.info('said info', { height: 5n, round: 0 })
      logger.warn('said warn', { reason: 'two words' })
      logger.error('said error', { error: new Error('broken') })
      expect(lines()).toHaveLength(4)
      expect(lines()[0]).toContain('said debug')
      expect(lines()[1]).toMatch(/height\W+5/)
      expect(lines()[2]).toContain('two words')
      expect(lines()[3]).toContain('broken')
    })

    test('logger: a child writes under its own scope', () => {
      const { logger, lines } = makeWorld()
      logger.child('consensus').info('from below')
      logger.child('consensus').child('wal').info('from further below')
      expect(lines()[0]).toContain('consensus')
      expect(lines()[1]).toContain('wal')
      expect(lines()[1]).not.toContain('consensus')
    })

    test('logger: no value makes it throw', () => {
      const { logger, lines } = makeWorld()
      const circular: Record<string, unknown> = {}
      circular['self'] = circular
      logger.info('odd values', {
        bytes: new Uint8Array([1, 255]),
        nothing: undefined,
        nil: null,
        circular,
        list: [1n, new Uint8Array([2])],
        call: () => {},
        symbol: Symbol('s'),
      })
      expect(lines()).toHaveLength(1)
    })
  })
}
