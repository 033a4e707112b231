/**
 * Returns the settings of V8 for a command: a small young generation and one helper thread for an agent, which saves memory, a larger one where
 * many simulated nodes share a process, and room for the requests of a burst for the server and the others (docs/decisions/0007). The shell script
 * `skiff` and the Dockerfile say the same.
 * @param args the command and its arguments
 */
export function v8Settings([command, ...args]: readonly string[]): readonly string[] {
  if (command !== 'agent') return ['--max-semi-space-size=16'];
  return args.includes('--simulate') ? ['--max-semi-space-size=4'] : ['--max-semi-space-size=1', '--v8-pool-size=1'];
}
