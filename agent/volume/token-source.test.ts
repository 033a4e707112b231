import { describe, expect, it } from '@jest/globals';
import type { TokenRequest } from '../../api/kinds/authentication/token-request.ts';
import { timeText } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { aPod } from '../contract/pods.fixture.ts';
import { createTokenSource } from './token-source.ts';

function setup() {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const requests: TokenRequest['spec'][] = [];
  client.onSubresource('serviceaccounts', 'token', async (key, body) => {
    const { spec } = body as TokenRequest;
    requests.push(spec);
    return {
      status: { token: `${key.name}-${requests.length}`, expirationTimestamp: timeText(clock.now() + (spec?.expirationSeconds ?? 0) * 1000) },
    };
  });
  return { clock, requests, tokens: createTokenSource(client, clock) };
}

describe('tokens of service accounts', () => {
  it('are asked for with their pod, audience and life', async () => {
    const { tokens, requests } = setup();
    const pod = aPod({ serviceAccountName: 'sa' });
    expect(await tokens.token(pod, { path: 't', audience: 'vault', expirationSeconds: 600 })).toBe('sa-1');
    expect(requests[0]).toEqual({
      audiences: ['vault'],
      expirationSeconds: 600,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u1' },
    });
  });

  it('are used again until four fifths of their life are over', async () => {
    const { tokens, clock } = setup();
    const ask = () => tokens.token(aPod(), { path: 't', expirationSeconds: 1000 });
    expect(await ask()).toBe('default-1');
    expect(tokens.refreshAt('u1')).toBe(clock.now() + 800_000);
    await clock.advance(799_000);
    expect(await ask()).toBe('default-1');
    await clock.advance(2_000);
    expect(await ask()).toBe('default-2');
  });

  it('are renewed once a day at the latest', async () => {
    const { tokens, clock } = setup();
    await tokens.token(aPod(), { path: 't', expirationSeconds: 365 * 86_400 });
    expect(tokens.refreshAt('u1')).toBe(clock.now() + 86_400_000);
  });

  it('of pods that are gone are forgotten', async () => {
    const { tokens } = setup();
    await tokens.token(aPod(), { path: 't' });
    tokens.forget('u1');
    expect(tokens.refreshAt('u1')).toBeUndefined();
  });
});
