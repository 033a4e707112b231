import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { bytes, int64, message, nested, string } from '../../base/protobuf/message.ts';
import { Reader } from '../../base/protobuf/reader.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';
import { decodeMessage } from '../request/protobuf/decode.ts';
import { decodeProtobuf } from '../request/protobuf/envelope.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const PARTIAL = `${PROTOBUF};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
const PARTIAL_LIST = `${PROTOBUF};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/** The messages around objects, as a client knows them. */
const Unknown = message({ typeMeta: nested(1, message({ apiVersion: string(1), kind: string(2) })), raw: bytes(2) });
const List = message({
  metadata: nested(1, message({ resourceVersion: string(2), continue: string(3), remaining: int64(4) })),
});
const WatchEvent = message({ type: string(1), object: nested(2, message({ raw: bytes(1) })) });

const listIn = (body: Buffer) => {
  const { typeMeta, raw } = Unknown.decode(body.subarray(4));
  const items: Record<string, unknown>[] = [];
  const reader = new Reader(raw);
  while (reader.next()) {
    if (reader.number === 2) items.push(decodeMessage(reader.bytes(), structuralOf(ConfigMap)));
    else reader.skip();
  }
  return { type: typeMeta, metadata: List.decode(raw).metadata, items };
};

function* framesIn(stream: Buffer) {
  for (let at = 0; at < stream.length; ) {
    const length = stream.readUInt32BE(at);
    const { type, object } = WatchEvent.decode(stream.subarray(at + 4, at + 4 + length));
    yield { type, object: decodeProtobuf(Buffer.from(object?.raw ?? [])) };
    at += 4 + length;
  }
}

let api: InjectedServer;
const clock = createFakeClock();
beforeEach(async () => {
  api = await startInjectedServer({ clock });
  for (const name of ['a', 'b', 'c']) await api.inject('POST', CONFIG_MAPS, { metadata: { name }, data: { key: name } });
});
afterEach(() => api.close());

const ask = (path: string, accept = PROTOBUF) => api.inject('GET', path, undefined, { accept });

describe('an answer in Protobuf', () => {
  it('is the object', async () => {
    const answer = await ask(`${CONFIG_MAPS}/a`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, PROTOBUF]);
    expect(decodeProtobuf(answer.bytes)).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { key: 'a' } });
  });

  it('is its metadata, if that is asked for', async () => {
    const { bytes: body } = await ask(`${CONFIG_MAPS}/a`, PARTIAL);
    const found = decodeProtobuf(body);
    expect(found).toMatchObject({ apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
    expect(found).not.toHaveProperty('data');
  });

  it('is a list, in parts too', async () => {
    const whole = listIn((await ask(CONFIG_MAPS)).bytes);
    expect(whole.type).toEqual({ apiVersion: 'v1', kind: 'ConfigMapList' });
    expect(whole.items.map(({ data }) => data)).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'c' }]);
    const part = listIn((await ask(`${CONFIG_MAPS}?limit=2`)).bytes);
    expect([part.items.length, part.metadata?.remaining]).toEqual([2, 1]);
    expect(part.metadata?.continue).not.toBe('');
    expect(listIn((await ask(CONFIG_MAPS, PARTIAL_LIST)).bytes).type).toEqual({ apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList' });
  });

  it('is a long list, whose items are encoded in turns', async () => {
    for (let i = 0; i < 40; i++) await api.inject('POST', CONFIG_MAPS, { metadata: { name: `long-${i}` }, data: { key: 'x'.repeat(10_000) } });
    const { items } = listIn((await ask(CONFIG_MAPS)).bytes);
    expect(items).toHaveLength(43);
    expect(items.at(-1)).toMatchObject({ data: { key: 'x'.repeat(10_000) } });
  });

  it('is a Status where the request fails', async () => {
    const answer = await ask(`${CONFIG_MAPS}/none`);
    expect([answer.status, answer.headers['content-type']]).toEqual([404, PROTOBUF]);
    expect(decodeProtobuf(answer.bytes)).toMatchObject({
      kind: 'Status',
      reason: 'NotFound',
      code: 404,
      details: { name: 'none', kind: 'configmaps' },
    });
  });

  it('is a stream of events behind their lengths', async () => {
    const controller = new AbortController();
    const response = await api.server.handle({
      method: 'GET',
      path: CONFIG_MAPS,
      query: new URLSearchParams('watch=1&resourceVersion=0'),
      headers: { accept: `${PROTOBUF};stream=watch,application/json` },
      signal: controller.signal,
    });
    expect(response.headers['content-type']).toBe(`${PROTOBUF};stream=watch`);
    const { body } = response;
    if (body.kind !== 'stream') throw new Error(`not a watch: ${response.status}`);
    const chunks: Buffer[] = [];
    const ended = body.run({ write: (chunk) => chunks.push(Buffer.from(chunk as string)) > 0 }, controller.signal);
    await new Promise(setImmediate);
    await api.inject('DELETE', `${CONFIG_MAPS}/b`);
    controller.abort();
    await ended;
    const events = [...framesIn(Buffer.concat(chunks))];
    expect(events.map(({ type, object }) => [type, (object.metadata as { name: string }).name])).toEqual([
      ['ADDED', 'a'],
      ['ADDED', 'b'],
      ['ADDED', 'c'],
      ['DELETED', 'b'],
    ]);
    expect(events[0]?.object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'a' } });
  });
});
