// Every key of config.toml: CometBFT 0.38's names, kinds and defaults, with what this node does
// with it.

/**
 * How a setting is written and read. Durations are Go's, such as `1m30s`; lists are arrays of
 * strings.
 */
export type SettingKind = 'string' | 'integer' | 'boolean' | 'duration' | 'list'

/** A setting's value as the file holds it. */
export type SettingValue = string | number | boolean | readonly string[]

/** One key of config.toml. */
export interface Setting {
  /** Dotted name: table and key, or the key alone in the first part of the file. */
  readonly key: string
  readonly kind: SettingKind
  readonly default: SettingValue
  readonly comment: string
  /** The only values this node can honour; anything else stops the start. */
  readonly only?: readonly SettingValue[]
}

const NOT_USED = 'Read by CometBFT; not used by this node.'

const s = (key: string, value: string, comment: string, only?: readonly string[]): Setting =>
  only === undefined
    ? { key, kind: 'string', default: value, comment }
    : { key, kind: 'string', default: value, comment, only }
const n = (key: string, value: number, comment: string): Setting => ({
  key,
  kind: 'integer',
  default: value,
  comment,
})
const b = (key: string, value: boolean, comment: string, only?: readonly boolean[]): Setting =>
  only === undefined
    ? { key, kind: 'boolean', default: value, comment }
    : { key, kind: 'boolean', default: value, comment, only }
const d = (key: string, value: string, comment: string): Setting => ({
  key,
  kind: 'duration',
  default: value,
  comment,
})
const l = (key: string, value: readonly string[], comment: string): Setting => ({
  key,
  kind: 'list',
  default: value,
  comment,
})

/** In the order of the file. */
export const SETTINGS: readonly Setting[] = [
  s('version', '0.38.22', 'The protocol line that this file was written for.'),
  s('proxy_app', 'kvstore', 'The application: kvstore or persistent_kvstore, in this process.'),
  s('moniker', 'node', 'A name for this node, shown to peers.'),
  s('db_backend', 'goleveldb', 'The databases of this node are LevelDB whatever stands here.'),
  s('db_dir', 'data', 'Folder of the databases and the log, which are in its folder quadrille.'),
  s('log_level', 'info', 'debug, info, warn, error or none; per room: consensus:debug,*:error.'),
  s('log_format', 'plain', 'plain or json.', ['plain', 'json']),
  s('genesis_file', 'config/genesis.json', 'The chain: its id, parameters and first validators.'),
  s('priv_validator_key_file', 'config/priv_validator_key.json', 'The key that signs votes.'),
  s('priv_validator_state_file', 'data/priv_validator_state.json', 'What that key signed last.'),
  s('priv_validator_laddr', '', 'A remote signer is not supported: leave empty.', ['']),
  s('node_key_file', 'config/node_key.json', 'The key that names this node to its peers.'),
  s('abci', 'socket', NOT_USED),
  b('filter_peers', false, 'Asking the application about peers is not supported.', [false]),

  s('rpc.laddr', 'tcp://127.0.0.1:26657', 'Where RPC listens; empty turns it off.'),
  l('rpc.cors_allowed_origins', [], 'Origins that a browser may call from; "*" is any.'),
  l('rpc.cors_allowed_methods', ['HEAD', 'GET', 'POST'], 'Methods allowed to those origins.'),
  l(
    'rpc.cors_allowed_headers',
    ['Origin', 'Accept', 'Content-Type', 'X-Requested-With', 'X-Server-Time'],
    'Headers allowed to those origins.',
  ),
  s('rpc.grpc_laddr', '', 'The gRPC broadcast interface is not supported: leave empty.', ['']),
  n('rpc.grpc_max_open_connections', 900, NOT_USED),
  b('rpc.unsafe', false, 'Unsafe routes are not supported.', [false]),
  n('rpc.max_open_connections', 900, 'Connections at once.'),
  n('rpc.max_subscription_clients', 100, 'WebSocket clients that may subscribe at once.'),
  n('rpc.max_subscriptions_per_client', 5, 'Subscriptions of one client.'),
  n('rpc.experimental_subscription_buffer_size', 200, 'Events that wait for a slow client.'),
  n('rpc.experimental_websocket_write_buffer_size', 200, NOT_USED),
  b('rpc.experimental_close_on_slow_client', false, 'A slow client is always ended.'),
  d('rpc.timeout_broadcast_tx_commit', '10s', 'How long broadcast_tx_commit waits.'),
  n('rpc.max_request_batch_size', 10, 'Requests in one JSON-RPC batch.'),
  n('rpc.max_body_bytes', 1_000_000, 'Largest request body.'),
  n('rpc.max_header_bytes', 1_048_576, 'Largest request header.'),
  s('rpc.tls_cert_file', '', 'TLS is not supported: put a proxy in front.', ['']),
  s('rpc.tls_key_file', '', 'TLS is not supported: put a proxy in front.', ['']),
  s('rpc.pprof_laddr', '', NOT_USED),

  s('p2p.laddr', 'tcp://0.0.0.0:26656', 'Where peers connect.'),
  s('p2p.external_address', '', 'The address told to peers, when it differs from laddr.'),
  s('p2p.seeds', '', 'Peer exchange is not supported: name persistent_peers instead.', ['']),
  s('p2p.persistent_peers', '', 'ID@host:port, separated by commas; dialled until they answer.'),
  s('p2p.addr_book_file', 'config/addrbook.json', NOT_USED),
  b('p2p.addr_book_strict', true, NOT_USED),
  n('p2p.max_num_inbound_peers', 40, 'Peers that may connect to us.'),
  n('p2p.max_num_outbound_peers', 10, 'Peers that we connect to, persistent ones apart.'),
  s('p2p.unconditional_peer_ids', '', 'Node ids that may connect above the limit.'),
  d('p2p.persistent_peers_max_dial_period', '0s', NOT_USED),
  d('p2p.flush_throttle_timeout', '100ms', 'Not used: what is sent in one turn leaves at its end.'),
  n('p2p.max_packet_msg_payload_size', 1024, 'Bytes in a packet; the same on the whole network.'),
  n('p2p.send_rate', 5_120_000, 'Not used: a slow peer is slowed by its own connection.'),
  n('p2p.recv_rate', 5_120_000, 'Not used: a slow peer is slowed by its own connection.'),
  b('p2p.pex', true, 'Not used: there is no peer exchange.'),
  b('p2p.seed_mode', false, 'Seed mode is not supported.', [false]),
  s('p2p.private_peer_ids', '', NOT_USED),
  b('p2p.allow_duplicate_ip', false, 'Not used: several peers may share an address.'),
  d('p2p.handshake_timeout', '20s', 'Not used: each step of a handshake has 3 s.'),
  d('p2p.dial_timeout', '3s', 'How long a connection attempt may take.'),

  s('mempool.type', 'flood', 'How transactions spread.', ['flood']),
  b('mempool.recheck', true, 'Ask the application again about waiting transactions.'),
  d('mempool.recheck_timeout', '1s', NOT_USED),
  b('mempool.broadcast', true, 'Pass transactions on to peers.'),
  s('mempool.wal_dir', '', NOT_USED),
  n('mempool.size', 5000, 'Transactions that may wait.'),
  n('mempool.max_txs_bytes', 1_073_741_824, 'Bytes of transactions that may wait.'),
  n('mempool.cache_size', 10_000, 'Transactions remembered so that they are not checked again.'),
  b('mempool.keep-invalid-txs-in-cache', false, 'Remember refused transactions too.'),
  n('mempool.max_tx_bytes', 1_048_576, 'Largest transaction.'),
  n('mempool.max_batch_bytes', 0, NOT_USED),
  n('mempool.experimental_max_gossip_connections_to_persistent_peers', 0, NOT_USED),
  n('mempool.experimental_max_gossip_connections_to_non_persistent_peers', 0, NOT_USED),

  b('statesync.enable', false, 'State sync is not supported.', [false]),
  s('statesync.rpc_servers', '', NOT_USED),
  n('statesync.trust_height', 0, NOT_USED),
  s('statesync.trust_hash', '', NOT_USED),
  d('statesync.trust_period', '168h0m0s', NOT_USED),
  d('statesync.discovery_time', '15s', NOT_USED),
  s('statesync.temp_dir', '', NOT_USED),
  d('statesync.chunk_request_timeout', '10s', NOT_USED),
  s('statesync.chunk_fetchers', '4', NOT_USED),
  n('statesync.max_snapshot_chunks', 100_000, NOT_USED),

  s('blocksync.version', 'v0', NOT_USED),

  s('consensus.wal_file', 'data/cs.wal/wal', 'Not used: the log is in db_dir/quadrille/wal.'),
  d('consensus.timeout_propose', '3s', 'How long to wait for a proposal before prevoting nil.'),
  d('consensus.timeout_propose_delta', '500ms', 'How much longer in each further round.'),
  d('consensus.timeout_prevote', '1s', 'How long to wait after +2/3 prevotes for anything.'),
  d('consensus.timeout_prevote_delta', '500ms', 'How much longer in each further round.'),
  d('consensus.timeout_precommit', '1s', 'How long to wait after +2/3 precommits for anything.'),
  d('consensus.timeout_precommit_delta', '500ms', 'How much longer in each further round.'),
  d('consensus.timeout_commit', '1s', 'From a decision to the next height.'),
  n('consensus.double_sign_check_height', 0, 'Blocks to search for our signature at the start.'),
  b('consensus.skip_timeout_commit', false, 'Go on as soon as all precommits are in.'),
  b('consensus.create_empty_blocks', true, 'Make blocks without transactions.'),
  d('consensus.create_empty_blocks_interval', '0s', 'Longest pause without; 0 is for ever.'),
  d('consensus.peer_gossip_sleep_duration', '100ms', 'Not used: gossip waits for nothing.'),
  d('consensus.peer_query_maj23_sleep_duration', '2s', NOT_USED),
  d('consensus.block_time_tolerance', '1m0s', NOT_USED),

  b('storage.discard_abci_responses', false, NOT_USED),

  s('tx_index.indexer', 'kv', 'kv indexes transactions by hash and height; null does not.', [
    'kv',
    'null',
  ]),
  s('tx_index.psql-conn', '', NOT_USED),

  b('instrumentation.prometheus', false, 'Metrics are not supported.', [false]),
  s('instrumentation.prometheus_listen_addr', ':26660', NOT_USED),
  n('instrumentation.max_open_connections', 3, NOT_USED),
  s('instrumentation.namespace', 'cometbft', NOT_USED),
]
