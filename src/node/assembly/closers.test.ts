// The order of closing.

import { describe, expect, test } from 'vitest'
import { Closers } from './closers.ts'

describe('closers', () => {
  test('closers: close in reverse, once, and all of them when one fails', async () => {
    const closers = new Closers()
    const closed: string[] = []
    closers.add(async () => void closed.push('first'))
    closers.add(async () => {
      closed.push('second')
      throw new Error('second failed')
    })
    closers.add(async () => void closed.push('third'))
    await expect(closers.close()).rejects.toThrow('second failed')
    expect(closed).toEqual(['third', 'second', 'first'])
    await closers.close()
    expect(closed).toHaveLength(3)
  })
})
