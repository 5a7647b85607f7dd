// The readers of this room that its door does not show, for tests that attack them.

export { evidenceJson } from './json-chain.ts'
export { parseRequests, parseSocketRequest } from './json-rpc.ts'
export { checkJson, JsonSyntaxError } from './json-scanner.ts'
export { argumentsOfJson, argumentsOfUri, ParameterError } from './parameters.ts'
export type { ParameterKind } from './parameters.ts'
export { cleanedPath, parseQuery } from './uri.ts'
