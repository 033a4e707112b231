#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { v8Settings } from './config/v8-settings.ts';

/** The command of the published package: starts the program in its own settings of Node. In a checkout the shell script `skiff` does. */
try {
  await import('./node-version.ts');
  launch();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function launch(): void {
  const args = process.argv.slice(2);
  const settings = [...v8Settings(args), '--disable-warning=ExperimentalWarning'];
  const command = [...process.execArgv, ...settings, fileURLToPath(new URL('./skiff.mjs', import.meta.url)), ...args];
  // One process, where the system can replace a program by another: signals reach it.
  if (process.platform !== 'win32' && process.execve) process.execve(process.execPath, [process.execPath, ...command]);
  const child = spawn(process.execPath, command, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
