// The tree of commands: CometBFT's names and flags, and an example for each.

import { describe, expect, test } from 'vitest'
import type { Command } from 'commander'
import { globalFlags } from './global-flags.ts'
import { makeProgram } from './main.ts'

const GLOBAL_FLAGS = ['--home', '--log_level', '--trace']
const commands = makeProgram({ code: 0 }).commands.filter((each) => each.name() !== 'help')

const helpOf = (name: string): string => {
  let text = ''
  const command = makeProgram({ code: 0 }).commands.find((each) => each.name() === name)
  command?.configureOutput({ writeOut: (part) => (text += part) }).outputHelp()
  return text
}

describe('command line', () => {
  test('commands: are those of CometBFT, dev, sim, evidence and finality', () => {
    const names = commands.flatMap((each) => [each.name(), ...each.aliases()])
    expect(names.toSorted()).toEqual([
      'dev',
      'evidence',
      'finality',
      'init',
      'node',
      'run',
      'show-node-id',
      'show-validator',
      'show_node_id',
      'show_validator',
      'sim',
      'start',
      'testnet',
      'unsafe-reset-all',
      'unsafe-reset-priv-validator',
      'unsafe_reset_all',
      'unsafe_reset_priv_validator',
      'version',
    ])
  })

  test.each([[[]], [['--home', '/a']]])(
    'help: is what %j without a command asks for',
    async (argv: string[]) => {
      const program = makeProgram({ code: 0 })
      let text = ''
      program.configureOutput({ writeOut: (part) => (text += part) })
      const told = await program.parseAsync(argv, { from: 'user' }).catch((error: unknown) => error)
      expect(told).toMatchObject({ code: 'commander.help', exitCode: 0 })
      expect(text).toMatch(/^Usage: quadrille /)
    },
  )

  test.each(commands.map((each) => each.name()))('help: %s has an example', (name) => {
    expect(helpOf(name)).toContain(`\nExample:\n  quadrille ${name}`)
    // A laboratory has no home, and neither has a verifier.
    const own: Readonly<Record<string, readonly string[]>> = {
      sim: ['--trace'],
      dev: GLOBAL_FLAGS.filter((flag) => flag !== '--home'),
      finality: [],
      evidence: [],
    }
    const flags = own[name] ?? GLOBAL_FLAGS
    for (const flag of flags) expect(helpOf(name)).toContain(flag)
  })

  test.each([
    ['before the command', ['--home', '/a', 'start', '--moniker', 'x']],
    ['behind it', ['start', '--home', '/a']],
    ['behind it, which counts', ['--home', '/b', 'start', '--home', '/a']],
  ])('global flags: are read %s', async (_, argv) => {
    const program = makeProgram({ code: 0 })
    let home = ''
    program.commands
      .find((each) => each.name() === 'start')
      ?.action((_flags: unknown, command: Command) => {
        home = globalFlags(command).home
      })
    await program.parseAsync(argv, { from: 'user' })
    expect(home).toBe('/a')
  })

  test('flags: start has those of CometBFT', () => {
    const flags = [...helpOf('start').matchAll(/^ {2}--([\w.-]+)/gm)].map(([, flag]) => flag ?? '')
    expect(flags.toSorted()).toEqual([
      'abci',
      'consensus.create_empty_blocks',
      'consensus.create_empty_blocks_interval',
      'consensus.double_sign_check_height',
      'db_backend',
      'db_dir',
      'genesis_hash',
      'home',
      'log_level',
      'moniker',
      'p2p.external-address',
      'p2p.laddr',
      'p2p.persistent_peers',
      'p2p.pex',
      'p2p.private_peer_ids',
      'p2p.seed_mode',
      'p2p.seeds',
      'p2p.unconditional_peer_ids',
      'priv_validator_laddr',
      'proxy_app',
      'rpc.grpc_laddr',
      'rpc.laddr',
      'rpc.pprof_laddr',
      'rpc.unsafe',
      'trace',
    ])
  })

  test('flags: testnet has those of CometBFT', () => {
    const flags = [...helpOf('testnet').matchAll(/^ {2}--([\w.-]+)/gm)].map(
      ([, flag]) => flag ?? '',
    )
    expect(flags.toSorted()).toEqual([
      'config',
      'home',
      'hostname',
      'hostname-prefix',
      'hostname-suffix',
      'initial-height',
      'log_level',
      'n',
      'node-dir-prefix',
      'o',
      'p2p-port',
      'populate-persistent-peers',
      'random-monikers',
      'starting-ip-address',
      'trace',
      'v',
    ])
  })
})
