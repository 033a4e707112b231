import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createChance } from '../../base/chance.fixture.ts';
import { campaign, check, prepare } from './campaign.ts';
import { KNOWN_FAULTS } from './known-faults.ts';
import { longPlaces, longRequest } from './long-lists.ts';
import type { FuzzRequest } from './request.ts';
import { parseRequest, requestText } from './request.ts';
import type { Target } from './target.ts';
import { startTarget } from './target.ts';
import { faultOf, MAX_TURN_MS } from './verdict.ts';

/**
 * Fuzzes a server: main.ts [--requests N] [--seed N] [--replay FILE] [--long FILTER] [--known FILTER]
 * A campaign that is interrupted ends after the requests under way. Prints each fault with the smallest request that shows it, as a line of JSON; a file of such lines can be replayed. Exits 1 if there is a fault.
 * With --long it fills each list and map of each kind instead, and prints the longest turn of the loop for each; with --known it does so for
 * each request that once harmed the server. FILTER is a part of the name; it may be empty.
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    replay: { type: 'string' },
    long: { type: 'string' },
    known: { type: 'string' },
  },
});
/** A campaign tells how far it is each time that it has sent so many requests. */
const REPORTED = 8_000;
const target = await startTarget();
let failures = 0;
try {
  await prepare(target);
  if (values.long !== undefined) failures = await fillLists(target, values.long);
  else if (values.known !== undefined) failures = await sendKnown(target, values.known);
  else if (values.replay !== undefined) {
    for (const line of readFileSync(values.replay, 'utf8')
      .split('\n')
      .filter((text) => text.startsWith('{'))) {
      const fault = await check(target, parseRequest(line));
      console.log(`${fault ?? 'fine'}\n${line.slice(0, 500)}`);
      if (fault !== undefined) failures++;
    }
  } else {
    const [seed, count] = [Number(values.seed), Number(values.requests)];
    let sent = 0;
    let isStopped = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (isStopped = true));
    const goesOn = (answered: number) => {
      sent = answered;
      if (answered > 0 && answered % REPORTED === 0) console.log(`${answered} requests so far`);
      return !isStopped;
    };
    for await (const { index, fault, request, repeats } of campaign(target, seed, count, goesOn)) {
      failures++;
      console.log(`seed ${seed}, request ${index}${repeats ? '' : ' (does not repeat alone)'}: ${fault}\n${requestText(request)}\n`);
    }
    console.log(`${isStopped ? sent : count} requests with seed ${seed}: ${failures} faults`);
  }
} finally {
  await target.stop();
}
/** Sends the requests that once harmed the server; returns the number of faults. */
async function sendKnown(target: Target, filter: string): Promise<number> {
  let faults = 0;
  for (const { name, request, right } of KNOWN_FAULTS) if (name.includes(filter)) faults += Number(await told(target, name, request, right));
  return faults;
}

/**
 * Sends a request and prints its longest turn; returns true if it has a fault. A long turn counts if it shows again: the first request of a kind
 * loads code, and may meet the garbage of earlier ones.
 */
async function told(target: Target, name: string, request: FuzzRequest, right?: readonly number[]): Promise<boolean> {
  let outcome = await target.send(request);
  let turn = await target.longestTurn();
  for (let again = 0; again < 2 && turn > MAX_TURN_MS; again++) {
    outcome = await target.send(request);
    turn = Math.min(turn, await target.longestTurn());
  }
  const status = outcome.kind === 'answer' ? outcome.status : outcome.kind;
  const isWrong = right !== undefined && !right.some((each) => each === status);
  const fault = target.ended() ?? faultOf(request, outcome, turn) ?? (isWrong ? `not ${right.join(' or ')}` : undefined);
  console.log(`${String(Math.round(turn)).padStart(5)} ms ${status} ${name}${fault === undefined ? '' : `: ${fault}`}`);
  return fault !== undefined;
}

/** Fills each list and map to the limit of a body, and to that of an object, where place, filling and size contain the filter; returns the number of faults. */
async function fillLists(target: Target, filter: string): Promise<number> {
  let faults = 0;
  const chance = createChance(Number(values.seed));
  for (const place of longPlaces()) {
    const name = `${place.kind.kind}.${place.path.join('.')}`;
    for (const [filling, bytes] of [
      ['empty', 2_900_000],
      ['empty', 1_400_000],
      ['minimal', 1_400_000],
      ['filled', 1_400_000],
    ] as const) {
      const request = `${name} ${filling} ${bytes}`;
      if (!request.includes(filter)) continue;
      faults += Number(await told(target, request, longRequest(place, filling, bytes, chance)));
      if (target.ended() !== undefined) return faults;
    }
  }
  return faults;
}

process.exit(failures === 0 ? 0 : 1);
