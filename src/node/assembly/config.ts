// A node's settings: defaults, then config.toml, then CMT_* variables, then flags.

import { parse, TomlError } from 'smol-toml'
import { parseDurationMs } from './duration.ts'
import { AssemblyError } from './errors.ts'
import { SETTINGS } from './settings.ts'
import type { Setting, SettingValue } from './settings.ts'

const BY_KEY: ReadonlyMap<string, Setting> = new Map(SETTINGS.map((each) => [each.key, each]))
const TABLES: ReadonlySet<string> = new Set(
  SETTINGS.filter(({ key }) => key.includes('.')).map(({ key }) => key.split('.')[0] ?? key),
)

/** Where an error about what nobody has given says that it is. */
export const DEFAULT_ORIGIN = 'default'

/** A value with where it came from, for the message when it turns out to be wrong. */
interface Held {
  readonly value: SettingValue
  readonly origin: string
}

/** A node's settings; every value has the kind that `SETTINGS` says. */
export class Config {
  readonly #held = new Map<string, Held>()
  readonly #unknown: string[] = []

  /** All defaults. */
  constructor() {
    for (const { key, default: value } of SETTINGS) {
      this.#held.set(key, { value, origin: DEFAULT_ORIGIN })
    }
  }

  /**
   * Takes the values of a config.toml. Keys that are not in `SETTINGS` are let be, and become
   * `unknownKeys`: other versions of CometBFT have more. Throws `AssemblyError` that names file,
   * key and reason.
   */
  readToml(text: string, file: string): void {
    for (const [name, value] of Object.entries(parseToml(text, file))) {
      if (isTable(value) && !BY_KEY.has(name)) {
        for (const [key, inner] of Object.entries(value)) this.#take(`${name}.${key}`, inner, file)
      } else if (TABLES.has(name)) {
        throw invalid(file, name, `expected a table, got ${show(value)}`)
      } else {
        this.#take(name, value, file)
      }
    }
  }

  /**
   * Takes `CMT_P2P_LADDR`, or CometBFT's older `CMTP2P_LADDR`, for `p2p.laddr`; empty ones count as
   * unset.
   */
  readEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
    for (const { key } of SETTINGS) {
      const suffix = key.replace(/[.-]/g, '_').toUpperCase()
      for (const name of [`CMT${suffix}`, `CMT_${suffix}`]) {
        const text = environment[name] ?? ''
        if (text !== '') this.setText(key, text, `environment variable ${name}`)
      }
    }
  }

  /** Sets one value from text, as a flag or a variable gives it; `origin` names it in errors. */
  setText(key: string, text: string, origin: string): void {
    if (!BY_KEY.has(key)) throw invalid(origin, key, 'there is no such setting')
    this.#take(key, text, origin)
  }

  /** The keys that were read and mean nothing here: of another version, or misspelt. */
  get unknownKeys(): readonly string[] {
    return this.#unknown
  }

  string(key: string): string {
    return this.#get(key, 'string') as string
  }

  integer(key: string): number {
    return this.#get(key, 'integer') as number
  }

  boolean(key: string): boolean {
    return this.#get(key, 'boolean') as boolean
  }

  list(key: string): readonly string[] {
    return this.#get(key, 'list') as readonly string[]
  }

  durationMs(key: string): number {
    return parseDurationMs(this.#get(key, 'duration') as string) ?? 0
  }

  /** The error for a value that has the right kind and is wrong nevertheless. */
  refusal(key: string, reason: string): AssemblyError {
    return invalid(this.#held.get(key)?.origin ?? '', key, reason)
  }

  /** Throws for the first setting that asks for something this node cannot do. */
  refuseUnsupported(): void {
    for (const { key, only } of SETTINGS) {
      const value = this.#held.get(key)?.value
      if (only === undefined || value === undefined || only.includes(value)) continue
      const allowed = only.map(show).join(', ')
      throw this.refusal(key, `${show(value)} is not supported by this node; allowed: ${allowed}`)
    }
  }

  /** The text of the file: every setting with its comment, in CometBFT's order. */
  toToml(): string {
    const lines = ['# Settings of a Quadrille node, in the format of CometBFT 0.38.']
    let table = ''
    for (const setting of SETTINGS) {
      const [first = '', second] = setting.key.split('.')
      if (second !== undefined && first !== table) lines.push('', `[${first}]`)
      table = second === undefined ? '' : first
      const value = this.#held.get(setting.key)?.value ?? setting.default
      lines.push('', `# ${setting.comment}`, `${second ?? first} = ${formatValue(value)}`)
    }
    return `${lines.join('\n')}\n`
  }

  #get(key: string, kind: Setting['kind']): SettingValue {
    const setting = BY_KEY.get(key)
    if (setting?.kind !== kind) throw new TypeError(`no ${kind} setting ${key}`)
    return this.#held.get(key)?.value ?? setting.default
  }

  #take(key: string, given: unknown, origin: string): void {
    const setting = BY_KEY.get(key)
    if (setting === undefined) {
      this.#unknown.push(key)
      return
    }
    const value = valueOf(setting, given)
    if (value === null) {
      throw invalid(origin, key, `expected ${EXPECTED[setting.kind]}, got ${show(given)}`)
    }
    this.#held.set(key, { value, origin })
  }
}

const EXPECTED = {
  string: 'text',
  integer: 'a whole number, 0 or more',
  boolean: 'true or false',
  duration: 'a duration such as 500ms or 1m30s',
  list: 'a list of texts',
} as const

// Numbers and truth values in quotes are taken too, and bare ones for texts, as CometBFT does.
function valueOf(setting: Setting, given: unknown): SettingValue | null {
  switch (setting.kind) {
    case 'string':
      return typeof given === 'number' ? String(given) : typeof given === 'string' ? given : null
    case 'integer': {
      const number = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given
      return Number.isSafeInteger(number) && Number(number) >= 0 ? Number(number) : null
    }
    case 'boolean':
      if (given === 'true' || given === 'false') return given === 'true'
      return typeof given === 'boolean' ? given : null
    case 'duration':
      return typeof given === 'string' && parseDurationMs(given) !== null ? given : null
    case 'list':
      return listOf(given)
  }
}

function listOf(given: unknown): readonly string[] | null {
  if (typeof given === 'string') {
    return given === '' ? [] : given.split(',').map((each) => each.trim())
  }
  if (!Array.isArray(given)) return null
  const texts = given.filter((each): each is string => typeof each === 'string')
  return texts.length === given.length ? texts : null
}

function parseToml(text: string, file: string): Record<string, unknown> {
  // A byte that is not UTF-8 is a lone surrogate here; no TOML could be written of it again.
  if (/\p{Surrogate}/u.test(text)) throw invalid(file, '', 'the file is not UTF-8')
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const [message = ''] = cause.message.split('\n', 1)
    const reason = message.replace('Invalid TOML document: ', '')
    const fault = { where: file, what: `line ${cause.line}`, reason, cause }
    throw new AssemblyError('ASSEMBLY_CONFIG_INVALID', fault)
  }
}

function invalid(where: string, what: string, reason: string): AssemblyError {
  return new AssemblyError('ASSEMBLY_CONFIG_INVALID', { where, what, reason })
}

function formatValue(value: SettingValue): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'object') return `[${value.map(quote).join(', ')}]`
  return String(value)
}

/** JSON's escapes are TOML's, but for one control character that JSON lets stand. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f')
}

/** At most one line of a value that somebody else wrote. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
