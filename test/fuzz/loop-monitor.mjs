/**
 * Preloaded into the server (`node --import`): measures the turns of its event loop by the CPU time of its thread, so that a turn that the
 * machine delayed does not count. Answers each message with the longest turn since the last one, in milliseconds.
 */
const TICK_MS = 2;
let longest = 0;
let cpu = process.threadCpuUsage();

const tick = () => {
  const spent = process.threadCpuUsage(cpu);
  longest = Math.max(longest, (spent.user + spent.system) / 1000);
  cpu = process.threadCpuUsage();
  setTimeout(tick, TICK_MS).unref();
};
tick();

process.on('message', () => {
  const answer = longest;
  longest = 0;
  process.send?.({ longest: answer });
});
process.channel?.unref();
