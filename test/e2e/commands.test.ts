// The commands of CometBFT on a home: init, show, start, reset and version.

import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderForTest, quadrille, RunningCommand } from './command.ts'

const ANY_PORTS = ['--rpc.laddr', 'tcp://127.0.0.1:0', '--p2p.laddr', 'tcp://127.0.0.1:0']
const LISTENING = /rpc +listening url=(\S+)$/

const urlOf = async (command: RunningCommand): Promise<string> =>
  LISTENING.exec(await command.line(LISTENING))?.[1] ?? ''

const heightAt = async (url: string): Promise<number> => {
  const { result } = (await (await fetch(`${url}/status`)).json()) as {
    result: { sync_info: { latest_block_height: string } }
  }
  return Number(result.sync_info.latest_block_height)
}

const commitAt = async (url: string, tx: string): Promise<void> => {
  const { result } = (await (await fetch(`${url}/broadcast_tx_commit?tx="${tx}"`)).json()) as {
    result: { tx_result: { code: number } }
  }
  expect(result.tx_result.code).toBe(0)
}

const stop = async (command: RunningCommand, signal: NodeJS.Signals): Promise<void> => {
  command.signal(signal)
  const { code, out, err } = await command.ended
  expect([code, err]).toEqual([0, ''])
  expect(out).not.toMatch(/ ERROR /)
}

describe('commands', () => {
  test.concurrent('home: is made, shown, run, run again, and reset', async () => {
    const home = join(folderForTest(), 'home')
    const init = await quadrille(['init', '--home', home])
    expect([init.code, init.err]).toEqual([0, ''])
    expect(init.out.match(/^Generated /gm)).toHaveLength(4)
    const again = await quadrille(['init'], { env: { CMTHOME: home } })
    expect(again.out.match(/^Found /gm)).toHaveLength(4)

    const id = await quadrille(['show_node_id', '--home', home])
    expect(id.out).toMatch(/^[0-9a-f]{40}\n$/)
    const key = await quadrille(['show-validator', '--home', home])
    expect(JSON.parse(key.out)).toMatchObject({ type: 'tendermint/PubKeyEd25519' })

    const args = ['start', '--home', home, ...ANY_PORTS, '--proxy_app', 'persistent_kvstore']
    const env = { CMT_CONSENSUS_TIMEOUT_COMMIT: '50ms' }
    const first = new RunningCommand(args, { env })
    const url = await urlOf(first)
    await commitAt(url, 'fruit=pear')
    const height = await heightAt(url)
    await stop(first, 'SIGTERM')
    expect(readFileSync(join(home, 'data/priv_validator_state.json'), 'utf8')).toContain(
      'signbytes',
    )

    const second = new RunningCommand(args, { env })
    const urlAfter = await urlOf(second)
    expect(await heightAt(urlAfter)).toBeGreaterThanOrEqual(height)
    for (const command of ['unsafe-reset-all', 'unsafe-reset-priv-validator']) {
      const busy = await quadrille([command, '--home', home])
      expect([busy.code, busy.err]).toEqual([
        1,
        `ERROR: cannot use the home ${home}: already in use by another process\n`,
      ])
    }
    await stop(second, 'SIGINT')

    const reset = await quadrille(['unsafe-reset-all', '--home', home])
    expect([reset.code, reset.err]).toEqual([0, ''])
    const state = readFileSync(join(home, 'data/priv_validator_state.json'), 'utf8')
    expect(JSON.parse(state)).toEqual({ height: '0', round: 0, step: 0 })
    const anew = new RunningCommand(args, { env })
    expect(await heightAt(await urlOf(anew))).toBeLessThan(height)
    await stop(anew, 'SIGINT')
  })

  test.concurrent('home: goes on after a kill, but not without its sign state', async () => {
    const home = folderForTest()
    await quadrille(['init', '--home', home])
    const args = ['start', '--home', home, ...ANY_PORTS, '--consensus.create_empty_blocks=false']
    const killed = new RunningCommand(args)
    await commitAt(await urlOf(killed), 'a=1')
    killed.signal('SIGKILL')
    await killed.ended
    const state = join(home, 'data/priv_validator_state.json')
    rmSync(state)
    const refused = await quadrille(args)
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/^ERROR: .*priv_validator_state\.json: the sign state is missing/)
    expect(refused.err).toContain(`\`quadrille unsafe-reset-priv-validator --home ${home}\``)
    const reset = await quadrille(['unsafe-reset-priv-validator', '--home', home])
    expect([reset.code, existsSync(state), statSync(state).mode & 0o777]).toEqual([0, true, 0o600])
    const on = new RunningCommand(args)
    const url = await urlOf(on)
    // The memory of kvstore is gone: the blocks were executed again.
    const query = await (await fetch(`${url}/abci_query?data="a"`)).text()
    expect(query).toContain(Buffer.from('1').toString('base64'))
    await stop(on, 'SIGINT')
  })

  test.concurrent('start: logs at the level asked for, per room too', async () => {
    const home = folderForTest()
    await quadrille(['init', '--home', home])
    const args = ['start', '--home', home, ...ANY_PORTS, '--log_level', 'rpc:info,*:none']
    const command = new RunningCommand(args)
    await urlOf(command)
    await stop(command, 'SIGINT')
    expect(command.lines).toHaveLength(1)
  })

  test.concurrent('help: is shown when no command is named', async () => {
    const help = await quadrille(['--help'])
    expect(help.out).toContain('\nExample:\n')
    expect(await quadrille([])).toEqual({ code: 0, out: help.out, err: '' })
  })

  test.concurrent('output: that nobody reads ends a command quietly', async () => {
    for (const args of [['start', '--help'], ['version', '-v'], []]) {
      const command = new RunningCommand(args)
      command.closeOutput()
      expect(await command.ended).toEqual({ code: 0, out: '', err: '' })
    }
  })

  test.concurrent('version: is told, with the protocols when asked', async () => {
    const told = await quadrille(['version'])
    expect(told.out).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await quadrille(['--version'])).toEqual(told)
    expect(JSON.parse((await quadrille(['version', '-v'])).out)).toMatchObject({
      abci: '2.0.0',
      block_protocol: 11,
      p2p_protocol: 8,
    })
  })
})
