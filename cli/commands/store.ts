import { openStore } from '../cluster/open-store.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { clusterOptions, layoutFor, loadSettings, storeSetting } from '../config/settings.ts';

const options = {
  store: { schema: storeSetting.optional(), help: "sqlite, etcd, or etcd endpoints (default: the cluster's)", value: 'STORE' },
  ...clusterOptions,
};

const PAGE = 500;

/** Works on the store itself, for repairs: the API server is not asked, so its rules do not apply. */
export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    'store list|get|delete',
    "Lists the keys of a store, prints a stored value, or deletes one, while the server is stopped ('skiff stop').\nIt knows no rules: finalizers, owners and quotas are not looked at.",
    options,
    args,
    '[PREFIX | KEY]',
  );
  if (!parsed) return 0;
  const [action = '', key = '/registry/'] = parsed.positionals;
  if (!['list', 'get', 'delete'].includes(action) || (action !== 'list' && parsed.positionals.length !== 2))
    throw new UsageError("say what to do: 'skiff store list [PREFIX]', 'skiff store get KEY' or 'skiff store delete KEY'");
  const layout = layoutFor(parsed.options);
  const setting = parsed.options.store ?? loadSettings(layout).store;
  if (setting === 'memory') throw new UsageError('--store memory: nothing of it is kept when its server has stopped');
  const { store } = await openStore(setting, layout);
  try {
    if (action === 'list') {
      let after: string | undefined;
      do {
        const page = await store.list(key, { limit: PAGE, ...(after !== undefined && { after }) });
        for (const item of page.items) console.log(`${item.key} ${item.revision}`);
        after = page.more ? page.items.at(-1)?.key : undefined;
      } while (after !== undefined);
      return 0;
    }
    const stored = await store.get(key);
    if (!stored) throw new Error(`there is no ${key} in the store`);
    if (action === 'get') console.log(stored.value);
    else if ((await store.delete(key, stored.revision)).ok) console.log(`${key} is deleted`);
    else throw new Error(`${key} was changed meanwhile: is the server stopped?`);
    return 0;
  } finally {
    await store.close();
  }
}
