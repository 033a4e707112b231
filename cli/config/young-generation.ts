/**
 * Returns the setting of Node for the size of the young generation of a command: small for an agent, which saves memory, more of it where many
 * simulated nodes share a process, and with room for the requests of a burst for the server and the others (docs/decisions/0007). The shell script
 * `skiff` and the Dockerfile say the same.
 * @param args the command and its arguments
 */
export function youngGeneration([command, ...args]: readonly string[]): string {
  const mebibytes = command !== 'agent' ? 16 : args.includes('--simulate') ? 4 : 1;
  return `--max-semi-space-size=${mebibytes}`;
}
