// What evidence and misbehaviour say, in words that call validators by their number.

import { toHexUpper } from '../../core/bytes/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import type { Misbehavior } from '../../host/abci/index.ts'
import { faultWords } from '../../host/evidence/index.ts'

/** How many characters of the address of a stranger are shown. */
const SHOWN = 12
const ADDRESS = /\b[0-9A-F]{40}\b/g

const DEEDS: Readonly<Record<Misbehavior['kind'], string>> = {
  'duplicate-vote': 'voted twice',
  'double-proposal': 'proposed twice',
  'light-client-attack': 'signed a second header',
  downtime: 'was away too long',
}

/** The validators of a devnet by number. */
export class Cast {
  readonly #numbers = new Map<string, number>()

  add(index: number, address: Uint8Array): void {
    this.#numbers.set(toHexUpper(address), index)
  }

  /** `3`, or the beginning of a stranger's address. */
  nameOf(address: Uint8Array | string): string {
    const hex = typeof address === 'string' ? address : toHexUpper(address)
    return String(this.#numbers.get(hex) ?? hex.slice(0, SHOWN))
  }

  /** A sentence about addresses as one about numbers. */
  numbered(text: string): string {
    return text.replace(ADDRESS, (address) => this.nameOf(address))
  }

  /** Who did what, by a piece of evidence. */
  evidenceWords(evidence: Evidence): string {
    switch (evidence.kind) {
      case 'duplicate-vote':
        return this.numbered(faultWords({ kind: 'equivocation', evidence }))
      case 'double-proposal':
        return this.numbered(faultWords({ kind: 'double-proposal', evidence }))
      case 'downtime':
        return this.numbered(faultWords({ kind: 'downtime', evidence }))
      case 'light-client-attack': {
        const { byzantineValidators, commonHeight } = evidence
        const names = byzantineValidators.map(({ address }) => this.nameOf(address)).join(', ')
        return `validators ${names} signed a second header above height ${commonHeight}`
      }
    }
  }

  /** Who did what, by what the application is told. */
  misbehaviorWords({ kind, validator, height }: Misbehavior): string {
    return `validator ${this.nameOf(validator.address)} ${DEEDS[kind]} at height ${height}`
  }
}
