// The applications that come with the node, by the name that `proxy_app` gives them.

import { join } from 'node:path'
import { KvStoreApplication } from '../../host/abci/index.ts'
import type { Application } from '../../host/abci/index.ts'
import { LevelKeyValueStore, nativeCrypto } from '../platform/index.ts'
import type { LevelOptions } from '../platform/index.ts'
import type { ApplicationName } from './node-settings.ts'

/** An application and what has to be closed after the node has stopped. */
export interface OpenApplication {
  readonly application: Application
  close(): Promise<void>
}

/** Opens an application; a persistent one keeps its database in `folder`. */
export async function openApplication(
  name: ApplicationName,
  folder: string,
  options: LevelOptions,
): Promise<OpenApplication> {
  if (name === 'kvstore') {
    return { application: KvStoreApplication.inMemory(nativeCrypto), close: async () => {} }
  }
  const store = await LevelKeyValueStore.open(join(folder, 'kvstore'), options)
  try {
    const application = await KvStoreApplication.open(nativeCrypto, store)
    return { application, close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}
