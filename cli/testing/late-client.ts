import type { Client } from '../../runtime/client/client.ts';

/** Returns a client whose calls wait until there is a client to make them. They reject with the reason if there will be none. */
export const lateClient = (client: Promise<Client>): Client => ({
  get: async (...call) => (await client).get(...call),
  getSubresource: async (...call) => (await client).getSubresource(...call),
  list: async (...call) => (await client).list(...call),
  create: async (...call) => (await client).create(...call),
  update: async (...call) => (await client).update(...call),
  patch: async (...call) => (await client).patch(...call),
  delete: async (...call) => (await client).delete(...call),
  deleteCollection: async (...call) => (await client).deleteCollection(...call),
  createSubresource: async (...call) => (await client).createSubresource(...call),
  watch: async (...call) => (await client).watch(...call),
});
