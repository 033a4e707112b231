import { bootDatabaseThread } from '../../store/sqlite/database-thread.ts';

/** Whether the options name the default store. */
function storesInSqlite(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => arg === '--store' || arg.startsWith('--store='));
  const setting = at < 0 ? 'sqlite' : args[at] === '--store' ? args[at + 1] : args[at]?.slice('--store='.length);
  return setting === 'sqlite';
}

/** Runs the control plane. The database's thread boots while the code of the server is loaded: each takes as long as the other. */
export async function run(args: readonly string[]): Promise<number> {
  if (storesInSqlite(args)) bootDatabaseThread();
  const { serve } = await import('./server-process.ts');
  return serve(args);
}
