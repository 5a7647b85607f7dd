// What every tree of files must do, and every append file while open, closed and opened again.

import { afterEach, describe, expect, test } from 'vitest'
import type { AppendFile, Files } from './files.ts'

/** Files under test and the directory to use, which exists. */
export interface FilesWorld {
  readonly files: Files
  readonly directory: string
  end(): Promise<void>
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const mode = { mode: 0o600 }

/** Registers the suite for one implementation. */
export function filesContract(name: string, makeWorld: () => FilesWorld): void {
  describe(`files port, ${name}`, () => {
    const worlds: FilesWorld[] = []
    const open = (): { files: Files; at: (name: string) => string } => {
      const world = makeWorld()
      worlds.push(world)
      return { files: world.files, at: (name) => `${world.directory}/${name}` }
    }
    afterEach(async () => {
      for (const world of worlds.splice(0)) await world.end()
    })
    const appendFile = async (
      content: string,
    ): Promise<{ files: Files; path: string; file: AppendFile }> => {
      const { files, at } = open()
      const path = at('log')
      if (content !== '') await files.writeFileDurable(path, text(content), mode)
      return { files, path, file: await files.openAppend(path) }
    }

    test('files: a missing file reads as null, a missing directory lists as empty', async () => {
      const { files, at } = open()
      expect(await files.readFile(at('none'))).toBeNull()
      expect(await files.readRange(at('none'), 0, 1)).toBeNull()
      expect(await files.list(at('nowhere'))).toEqual([])
    })

    test('files: a durable write creates, replaces and leaves nothing else behind', async () => {
      const { files, at } = open()
      await files.writeFileDurable(at('a'), text('first, longer'), mode)
      await files.writeFileDurable(at('a'), text('second'), mode)
      await files.writeFileDurable(at('b'), text(''), mode)
      expect(await files.readFile(at('a'))).toEqual(text('second'))
      expect(await files.readFile(at('b'))).toEqual(text(''))
      expect(await files.list(at('.').slice(0, -2))).toEqual(['a', 'b'])
    })

    test('files: a durable write replaces nothing before it may', async () => {
      const { files, at } = open()
      await files.writeFileDurable(at('a'), text('old'), mode)
      let allow = (): void => {}
      const after = new Promise<void>((resolve) => (allow = resolve))
      const written = files.writeFileDurable(at('a'), text('new'), { ...mode, after })
      // Other work of the disk gives the write all the time that it wants.
      await files.writeFileDurable(at('b'), text('b'), mode)
      await files.writeFileDurable(at('b'), text('b'), mode)
      expect(await files.readFile(at('a'))).toEqual(text('old'))
      allow()
      await written
      expect(await files.readFile(at('a'))).toEqual(text('new'))
    })

    test('files: a durable write that may not replace leaves the old file', async () => {
      const { files, at } = open()
      await files.writeFileDurable(at('a'), text('old'), mode)
      const after = Promise.reject(new Error('the log is full'))
      await expect(
        files.writeFileDurable(at('a'), text('new'), { ...mode, after }),
      ).rejects.toThrow('the log is full')
      expect(await files.readFile(at('a'))).toEqual(text('old'))
    })

    test('files: a durable write into a missing directory fails and names the path', async () => {
      const { files, at } = open()
      await expect(files.writeFileDurable(at('no/where'), text('x'), mode)).rejects.toEqual(
        expect.objectContaining({
          code: 'PORTS_IO_FAILED',
          details: expect.objectContaining({ path: at('no/where'), operation: 'writeFileDurable' }),
        }),
      )
    })

    test('files: a range is cut at the end of the file', async () => {
      const { files, at } = open()
      await files.writeFileDurable(at('a'), text('0123456789'), mode)
      expect(await files.readRange(at('a'), 3, 4)).toEqual(text('3456'))
      expect(await files.readRange(at('a'), 8, 10)).toEqual(text('89'))
      expect(await files.readRange(at('a'), 20, 5)).toEqual(text(''))
      expect(await files.readRange(at('a'), 0, 0)).toEqual(text(''))
    })

    test('files: renames over a file, removes, and removing what is missing is fine', async () => {
      const { files, at } = open()
      await files.writeFileDurable(at('a'), text('a'), mode)
      await files.writeFileDurable(at('b'), text('b'), mode)
      await files.rename(at('a'), at('b'))
      expect(await files.readFile(at('b'))).toEqual(text('a'))
      expect(await files.readFile(at('a'))).toBeNull()
      await files.remove(at('b'))
      await files.remove(at('b'))
      expect(await files.list(at('.').slice(0, -2))).toEqual([])
      await expect(files.rename(at('a'), at('c'))).rejects.toEqual(
        expect.objectContaining({ code: 'PORTS_IO_FAILED' }),
      )
    })

    test('files: makes directories within directories, an existing one is fine', async () => {
      const { files, at } = open()
      await files.makeDirectory(at('x/y/z'))
      await files.makeDirectory(at('x/y/z'))
      await files.writeFileDurable(at('x/y/z/f'), text('deep'), mode)
      expect(await files.list(at('x/y/z'))).toEqual(['f'])
    })

    test('append file: appends in order of the calls, at once readable', async () => {
      const { files, path, file } = await appendFile('')
      expect(file.size).toBe(0)
      const appends = ['one ', 'two ', 'three'].map((part) => file.append(text(part)))
      expect(file.size).toBe(13)
      await Promise.all(appends)
      await file.sync()
      expect(await files.readFile(path)).toEqual(text('one two three'))
      await file.close()
    })

    test('append file: goes on at the end of a file that exists', async () => {
      const { files, path, file } = await appendFile('old ')
      expect(file.size).toBe(4)
      await file.append(text('new'))
      await file.close()
      const again = await files.openAppend(path)
      expect(again.size).toBe(7)
      expect(await files.readFile(path)).toEqual(text('old new'))
      await again.close()
    })

    test('append file: truncation cuts, and the next append goes there', async () => {
      const { files, path, file } = await appendFile('0123456789')
      await file.truncate(4)
      expect(file.size).toBe(4)
      await file.append(text('x'))
      await file.sync()
      expect(await files.readFile(path)).toEqual(text('0123x'))
      await file.truncate(0)
      expect(await files.readFile(path)).toEqual(text(''))
      await file.close()
    })

    test('append file: reserved room is zeros behind the end, for appends to fill', async () => {
      const { files, path, file } = await appendFile('ab')
      await file.reserve(4)
      expect(file.size).toBe(2)
      expect(await files.readFile(path)).toEqual(text('ab\0\0\0\0'))
      await file.append(text('cd'))
      expect(await files.readFile(path)).toEqual(text('abcd\0\0'))
      await file.append(text('efgh'))
      expect(await files.readFile(path)).toEqual(text('abcdefgh'))
      await file.reserve(2)
      await file.truncate(5)
      expect(await files.readFile(path)).toEqual(text('abcde'))
      await file.reserve(300_000)
      expect((await files.readFile(path))?.length).toBe(300_005)
      await file.close()
      const again = await files.openAppend(path)
      expect(again.size).toBe(300_005)
      await again.close()
    })

    test('append file: many syncs at once all resolve', async () => {
      const { file } = await appendFile('')
      const work: Promise<void>[] = []
      for (let i = 0; i < 20; i++) work.push(file.append(text(`${i}`)), file.sync())
      expect(await Promise.all(work)).toHaveLength(40)
      await file.close()
    })

    test('append file: has one opener at a time', async () => {
      const { files, path, file } = await appendFile('')
      await expect(files.openAppend(path)).rejects.toEqual(
        expect.objectContaining({ code: 'PORTS_IN_USE' }),
      )
      await file.close()
      await (await files.openAppend(path)).close()
    })

    test('append file: closed, every method rejects; closing twice is fine', async () => {
      const { files, path, file } = await appendFile('kept')
      const sync = file.sync()
      await Promise.all([file.close(), file.close()])
      await sync
      const closed = expect.objectContaining({ code: 'PORTS_CLOSED' })
      await expect(file.append(text('x'))).rejects.toEqual(closed)
      await expect(file.sync()).rejects.toEqual(closed)
      await expect(file.truncate(0)).rejects.toEqual(closed)
      await expect(file.reserve(1)).rejects.toEqual(closed)
      expect(await files.readFile(path)).toEqual(text('kept'))
    })
  })
}
