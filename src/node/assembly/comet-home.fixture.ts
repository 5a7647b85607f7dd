// A home as CometBFT 0.38.23 writes it (`init`), its config.toml without the comments.

/** config/config.toml. */
export const COMET_CONFIG = `version = "0.38.22"
proxy_app = "tcp://127.0.0.1:26658"
moniker = "node0"
db_backend = "goleveldb"
db_dir = "data"
log_level = "info"
log_format = "plain"
genesis_file = "config/genesis.json"
priv_validator_key_file = "config/priv_validator_key.json"
priv_validator_state_file = "data/priv_validator_state.json"
priv_validator_laddr = ""
node_key_file = "config/node_key.json"
abci = "socket"
filter_peers = false
[rpc]
laddr = "tcp://127.0.0.1:26657"
cors_allowed_origins = []
cors_allowed_methods = ["HEAD", "GET", "POST", ]
cors_allowed_headers = ["Origin", "Accept", "Content-Type", "X-Requested-With", "X-Server-Time", ]
grpc_laddr = ""
grpc_max_open_connections = 900
unsafe = false
max_open_connections = 900
max_subscription_clients = 100
max_subscriptions_per_client = 5
experimental_subscription_buffer_size = 200
experimental_websocket_write_buffer_size = 200
experimental_close_on_slow_client = false
timeout_broadcast_tx_commit = "10s"
max_request_batch_size = 10
max_body_bytes = 1000000
max_header_bytes = 1048576
tls_cert_file = ""
tls_key_file = ""
pprof_laddr = ""
[p2p]
laddr = "tcp://0.0.0.0:26656"
external_address = ""
seeds = ""
persistent_peers = ""
addr_book_file = "config/addrbook.json"
addr_book_strict = true
max_num_inbound_peers = 40
max_num_outbound_peers = 10
unconditional_peer_ids = ""
persistent_peers_max_dial_period = "0s"
flush_throttle_timeout = "100ms"
max_packet_msg_payload_size = 1024
send_rate = 5120000
recv_rate = 5120000
pex = true
seed_mode = false
private_peer_ids = ""
allow_duplicate_ip = false
handshake_timeout = "20s"
dial_timeout = "3s"
[mempool]
type = "flood"
recheck = true
recheck_timeout = "1s"
broadcast = true
wal_dir = ""
size = 5000
max_txs_bytes = 1073741824
cache_size = 10000
keep-invalid-txs-in-cache = false
max_tx_bytes = 1048576
max_batch_bytes = 0
experimental_max_gossip_connections_to_persistent_peers = 0
experimental_max_gossip_connections_to_non_persistent_peers = 0
[statesync]
enable = false
rpc_servers = ""
trust_height = 0
trust_hash = ""
trust_period = "168h0m0s"
discovery_time = "15s"
temp_dir = ""
chunk_request_timeout = "10s"
chunk_fetchers = "4"
max_snapshot_chunks = 100000
[blocksync]
version = "v0"
[consensus]
wal_file = "data/cs.wal/wal"
timeout_propose = "3s"
timeout_propose_delta = "500ms"
timeout_prevote = "1s"
timeout_prevote_delta = "500ms"
timeout_precommit = "1s"
timeout_precommit_delta = "500ms"
timeout_commit = "1s"
double_sign_check_height = 0
skip_timeout_commit = false
create_empty_blocks = true
create_empty_blocks_interval = "0s"
peer_gossip_sleep_duration = "100ms"
peer_query_maj23_sleep_duration = "2s"
block_time_tolerance = "1m0s"
[storage]
discard_abci_responses = false
[tx_index]
indexer = "kv"
psql-conn = ""
[instrumentation]
prometheus = false
prometheus_listen_addr = ":26660"
max_open_connections = 3
namespace = "cometbft"
`

/** config/genesis.json. */
export const COMET_GENESIS = `{
  "genesis_time": "2026-11-22T22:09:13.261339769Z",
  "chain_id": "test-chain-ikK0tC",
  "initial_height": "0",
  "consensus_params": {
    "block": {
      "max_bytes": "22020096",
      "max_gas": "-1"
    },
    "evidence": {
      "max_age_num_blocks": "100000",
      "max_age_duration": "172800000000000",
      "max_bytes": "1048576"
    },
    "validator": {
      "pub_key_types": [
        "ed25519"
      ]
    },
    "version": {
      "app": "0"
    },
    "abci": {
      "vote_extensions_enable_height": "0"
    }
  },
  "validators": [
    {
      "address": "05F82A03AC73275BBE4AE4126A4A98B1ABBBDD00",
      "pub_key": {
        "type": "tendermint/PubKeyEd25519",
        "value": "bgyjfOeDoUPBEi6+yj8Qz2iM+Ui2M8pa7VeK7T3hBHI="
      },
      "power": "10",
      "name": ""
    }
  ],
  "app_hash": ""
}`

/** config/node_key.json; the id of the node is {@link COMET_NODE_ID}. */
export const COMET_NODE_KEY = `{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"vy/DzEaxvDdMMt3mD0vY0VmQMXKBF6euiVjsRJI2OgSBLK6fl8R6QbQt2gkxbjl5qLxbC9g4Z7Xn+PN/cQHFag=="}}`

/** What `show-node-id` says. */
export const COMET_NODE_ID = `50978125e419ac8717b0cf12a1a11986e0b04e97`

/** config/priv_validator_key.json. */
export const COMET_VALIDATOR_KEY = `{
  "address": "05F82A03AC73275BBE4AE4126A4A98B1ABBBDD00",
  "pub_key": {
    "type": "tendermint/PubKeyEd25519",
    "value": "bgyjfOeDoUPBEi6+yj8Qz2iM+Ui2M8pa7VeK7T3hBHI="
  },
  "priv_key": {
    "type": "tendermint/PrivKeyEd25519",
    "value": "evEXwf6gRyKRfsqiLS2+thmNPjOq+bntDrPI0+YhJfBuDKN854OhQ8ESLr7KPxDPaIz5SLYzylrtV4rtPeEEcg=="
  }
}`

/** What `show-validator` says. */
export const COMET_VALIDATOR = `{"type":"tendermint/PubKeyEd25519","value":"bgyjfOeDoUPBEi6+yj8Qz2iM+Ui2M8pa7VeK7T3hBHI="}`

/** data/priv_validator_state.json. */
export const COMET_VALIDATOR_STATE = `{
  "height": "0",
  "round": 0,
  "step": 0
}`
