import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { campaign, check, prepare } from './campaign.ts';
import { parseRequest, requestText } from './request.ts';
import { startTarget } from './target.ts';

/**
 * Fuzzes a server: main.ts [--requests N] [--seed N] [--replay FILE]
 * Prints each fault with the smallest request that shows it, as a line of JSON; a file of such lines can be replayed. Exits 1 if there is a fault.
 */
const { values } = parseArgs({
  options: { requests: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' }, replay: { type: 'string' } },
});
const target = await startTarget();
let failures = 0;
try {
  await prepare(target);
  if (values.replay !== undefined) {
    for (const line of readFileSync(values.replay, 'utf8')
      .split('\n')
      .filter((text) => text.startsWith('{'))) {
      const fault = await check(target, parseRequest(line));
      console.log(`${fault ?? 'fine'}\n${line.slice(0, 500)}`);
      if (fault !== undefined) failures++;
    }
  } else {
    const [seed, count] = [Number(values.seed), Number(values.requests)];
    for await (const { index, fault, request, repeats } of campaign(target, seed, count)) {
      failures++;
      console.log(`seed ${seed}, request ${index}${repeats ? '' : ' (does not repeat alone)'}: ${fault}\n${requestText(request)}\n`);
    }
    console.log(`${count} requests with seed ${seed}: ${failures} faults`);
  }
} finally {
  await target.stop();
}
process.exit(failures === 0 ? 0 : 1);
