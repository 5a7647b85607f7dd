// What a villain stands on: its key, its peers, what it knows of the chain, and the ports.

import { EMPTY_BYTES, equalBytes } from '../../core/bytes/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { NIL_BLOCK_ID, proposalSignBytes, voteSignBytes } from '../../core/types/index.ts'
import type { Genesis, Proposal, PublicKey, Vote } from '../../core/types/index.ts'
import type { Clock } from '../ports/index.ts'
import type { ReplicaOptions } from '../replica/index.ts'
import { Counterpart } from './counterpart.ts'
import { Halves } from './halves.ts'
import { Notes } from './notes.ts'
import type { Place } from './notes.ts'
import type { Villain } from './villain.ts'

/** One villain's world. */
export class Stage {
  readonly crypto: Crypto
  readonly clock: Clock
  readonly genesis: Genesis
  readonly pubKey: PublicKey
  readonly address: Uint8Array
  readonly notes: Notes
  readonly #random: ReplicaOptions['ports']['random']
  readonly #keySeed: Uint8Array
  readonly #fromHeight: bigint
  readonly #halves = new Halves()
  readonly #peers = new Map<string, Counterpart>()
  #ownId = ''
  #height = 0n
  #index: number | null = null
  #ownProposal: Proposal | null = null

  constructor({ ports, genesis }: ReplicaOptions, { keySeed, fromHeight }: Villain) {
    this.crypto = ports.crypto
    this.clock = ports.clock
    this.genesis = genesis
    this.#random = ports.random
    this.#keySeed = keySeed
    this.#fromHeight = fromHeight ?? 0n
    this.pubKey = { type: 'ed25519', bytes: ports.crypto.publicKeyEd25519(keySeed) }
    this.address = addressOf(ports.crypto, this.pubKey)
    this.notes = new Notes(ports.crypto)
  }

  /** The height of the honest part; 0 before its first. */
  get height(): bigint {
    return this.#height
  }

  /** False while the villain still behaves. */
  get isActive(): boolean {
    return this.#height > 0n && this.#height >= this.#fromHeight
  }

  /** False for a height at which the villain behaved. */
  liesAt(height: bigint): boolean {
    return height >= this.#fromHeight
  }

  /** Its number among the validators, as of its last vote; null before. */
  get index(): number | null {
    return this.#index
  }

  /** The connected peers by id. */
  get peers(): Counterpart[] {
    return [...this.#peers.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** A connected peer. */
  peer(id: string): Counterpart | null {
    return this.#peers.get(id) ?? null
  }

  /** The node begins, under this id. */
  open(ownId: string): void {
    this.#ownId = ownId
    this.#halves.add(ownId)
    this.#peers.clear()
  }

  addPeer(peer: Counterpart): void {
    this.#peers.set(peer.id, peer)
    this.#halves.add(peer.id)
  }

  removePeer(peer: Counterpart): void {
    if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id)
  }

  /** The honest part is at a height. */
  enter(height: bigint): void {
    if (height <= this.#height) return
    this.#height = height
    this.notes.enter(height)
  }

  /** True when a peer is of the half in which the villain counts itself. */
  isOnOurSide(peer: Counterpart, place: Pick<Place, 'height' | 'round'>): boolean {
    return this.#halves.of(peer.id, place) === this.#halves.of(this.#ownId, place)
  }

  isOwn(vote: Vote): boolean {
    return equalBytes(vote.validatorAddress, this.address)
  }

  /** Signs anything. */
  signVote(vote: Vote): Vote {
    const signBytes = voteSignBytes(this.genesis.chainId, vote)
    return { ...vote, signature: this.crypto.signEd25519(this.#keySeed, signBytes) }
  }

  /** Signs anything. */
  signProposal(proposal: Proposal): Proposal {
    const signBytes = proposalSignBytes(this.genesis.chainId, proposal)
    return { ...proposal, signature: this.crypto.signEd25519(this.#keySeed, signBytes) }
  }

  /** The honest part wants this signed. */
  noteWanted(vote: Vote): void {
    this.enter(vote.height)
    this.#index = vote.validatorIndex
  }

  /** The honest part was given this. */
  noteOwnProposal(proposal: Proposal): void {
    this.enter(proposal.height)
    this.#ownProposal = proposal
    this.notes.addProposal(proposal)
  }

  /** True for the last proposal that the honest part signed. */
  isOwnProposal(proposal: Proposal): boolean {
    const own = this.#ownProposal
    return own !== null && equalBytes(own.signature, proposal.signature)
  }

  /** A signed vote of its own for nil at any place; null while it does not know its number. */
  makeVote(place: Place): Vote | null {
    if (this.#index === null) return null
    return this.signVote({
      ...place,
      blockId: NIL_BLOCK_ID,
      timestamp: this.clock.now(),
      validatorAddress: this.address,
      validatorIndex: this.#index,
      signature: EMPTY_BYTES,
      extension: EMPTY_BYTES,
      extensionSignature: EMPTY_BYTES,
    })
  }

  /** A number from 0 to `below` - 1. */
  draw(below: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#random.bytes(4)
    return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % below
  }

  /** Bytes that mean nothing. */
  noise(size: number): Uint8Array {
    return this.#random.bytes(size)
  }
}
