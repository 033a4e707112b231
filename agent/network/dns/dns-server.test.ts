import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Answer, Packet, RecordType } from 'dns-packet';
import { decode, encode } from 'dns-packet';
import { systemClock } from '../../../base/clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import type { Question, Reply } from './answer.ts';
import { createForwarder } from './forward.ts';
import { nameServers } from './resolvers.ts';
import { createResponder } from './responder.ts';
import type { DnsServer } from './server.ts';
import { listenDns } from './server.ts';
import { createExchange } from './upstream.ts';

const ip = (number: number): Answer => ({ type: 'A', name: 'many.test', ttl: 5, data: `10.0.${number >> 8}.${number & 255}` });
const reply = (answers: Answer[], more: Partial<Reply> = {}): Reply => ({
  code: 'NOERROR',
  authoritative: true,
  answers,
  authorities: [],
  additionals: [],
  ...more,
});

describe('the DNS server', () => {
  const servers: DnsServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function start(answer: (question: Question) => Reply | Promise<Reply>): Promise<DnsServer> {
    const respond = createResponder({
      domain: 'cluster.local',
      zone: () => undefined,
      forward: async (question) => answer(question),
      clock: systemClock,
    });
    const server = await listenDns({ respond, address: '127.0.0.1', port: 0, log: silentLogger });
    servers.push(server);
    return server;
  }
  const query = (name: string, more: Partial<Packet> = {}, type: RecordType = 'A') =>
    encode({ type: 'query', id: 77, flags: 0x100, questions: [{ name, type }], ...more });
  const edns = (udpPayloadSize: number): Partial<Packet> => ({
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize, flags: 0, extendedRcode: 0, ednsVersion: 0, flag_do: false, options: [] }],
  });
  const overUdp = (port: number, message: Buffer): Promise<Buffer> =>
    new Promise((resolve) => {
      const socket = createSocket('udp4');
      socket.on('message', (answer) => {
        socket.close();
        resolve(answer);
      });
      socket.send(message, port, '127.0.0.1');
    });
  const overTcp = (port: number, ...messages: Buffer[]): Promise<Buffer[]> =>
    new Promise((resolve) => {
      let all = Buffer.alloc(0);
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('data', (part) => {
        all = Buffer.concat([all, part]);
        const answers: Buffer[] = [];
        for (let at = 0; at + 2 <= all.length && at + 2 + all.readUInt16BE(at) <= all.length; at += 2 + all.readUInt16BE(at)) {
          answers.push(all.subarray(at + 2, at + 2 + all.readUInt16BE(at)));
        }
        if (answers.length < messages.length) return;
        socket.destroy();
        resolve(answers);
      });
      for (const message of messages) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(length);
        socket.write(message);
      }
    });
  const many = (count: number) => Array.from({ length: count }, (_, at) => ip(at));

  it('answers with the question’s ID, and says that it recurses', async () => {
    const { port } = await start(() => reply([ip(1)]));
    const answer = decode(await overUdp(port, query('many.test')));
    expect(answer).toMatchObject({ id: 77, type: 'response', flag_ra: true, flag_rd: true, flag_aa: true, flag_tc: false, rcode: 'NOERROR' });
    expect(answer.answers).toMatchObject([{ name: 'many.test', type: 'A', ttl: 5, data: '10.0.0.1' }]);
  });

  it('cuts what does not fit into 512 bytes, and gives all of it by TCP', async () => {
    const { port } = await start(() => reply(many(100)));
    const short = await overUdp(port, query('many.test'));
    expect(short.length).toBeLessThanOrEqual(512);
    expect(decode(short)).toMatchObject({ flag_tc: true });
    const [whole] = await overTcp(port, query('many.test'));
    expect(decode(whole!)).toMatchObject({ flag_tc: false });
    expect(decode(whole!).answers).toHaveLength(100);
  });

  it('puts 29 addresses into a plain answer, as names are compressed', async () => {
    const { port } = await start(() => reply(many(29)));
    const answer = decode(await overUdp(port, query('many.test')));
    expect(answer).toMatchObject({ flag_tc: false });
    expect(answer.answers?.map((record) => 'data' in record && record.data)).toEqual(many(29).map((record) => 'data' in record && record.data));
  });

  it('gives more to clients that speak EDNS, and answers in kind', async () => {
    const { port } = await start(() => reply(many(60)));
    const answer = decode(await overUdp(port, query('many.test', edns(4096))));
    expect(answer).toMatchObject({ flag_tc: false });
    expect(answer.answers).toHaveLength(60);
    expect(answer.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }]);
    expect(decode(await overUdp(port, query('many.test', edns(600))))).toMatchObject({ flag_tc: true });
  });

  it('drops additional records before answers', async () => {
    const { port } = await start(() => reply(many(20), { additionals: many(40) }));
    const answer = decode(await overUdp(port, query('many.test')));
    expect(answer).toMatchObject({ flag_tc: false });
    expect(answer.answers).toHaveLength(20);
    expect(answer.additionals).toEqual([]);
  });

  it('answers several queries on one connection', async () => {
    const { port } = await start(({ name }) => reply([{ type: 'TXT', name, ttl: 1, data: name }]));
    const answers = await overTcp(port, query('a.test', {}, 'TXT'), query('b.test', {}, 'TXT'));
    expect(answers.map((answer) => decode(answer).questions?.[0]?.name).sort()).toEqual(['a.test', 'b.test']);
  });

  it.each([
    ['FORMERR', Buffer.from('004d01000001000000000000ff', 'hex')],
    ['NOTIMP', Buffer.from('004d28000000000000000000', 'hex')],
    ['FORMERR', Buffer.from('004d01000000000000000000', 'hex')],
    ['REFUSED', encode({ type: 'query', id: 77, questions: [{ name: 'version.bind', type: 'TXT', class: 'CH' }] })],
  ])('says %s to what it cannot answer', async (rcode, message) => {
    const { port } = await start(() => reply([]));
    expect(decode(await overUdp(port, message))).toMatchObject({ id: 77, rcode });
  });

  it('stays silent to responses and fragments, and goes on', async () => {
    const { port } = await start(() => reply([ip(1)]));
    const socket = createSocket('udp4');
    for (const message of [Buffer.from('00'), encode({ type: 'response', id: 1, questions: [{ name: 'x.test', type: 'A' }] })]) {
      await new Promise((resolve) => socket.send(message, port, '127.0.0.1', resolve));
    }
    socket.close();
    expect(decode(await overUdp(port, query('many.test')))).toMatchObject({ rcode: 'NOERROR' });
  });

  it('asks upstream by TCP when the answer is cut, and takes answers to its own question only', async () => {
    const upstream = await start(() => reply(many(100)));
    const exchange = createExchange({ clock: systemClock, port: upstream.port });
    const answer = decode(await exchange('127.0.0.1', query('many.test')));
    expect(answer).toMatchObject({ id: 77, flag_tc: false });
    expect(answer.answers).toHaveLength(100);
  });

  it('gives up on a resolver that does not answer', async () => {
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    const exchange = createExchange({ clock: systemClock, port: silent.address().port, timeoutMs: 50 });
    await expect(exchange('127.0.0.1', query('many.test'))).rejects.toThrow(/did not answer within 50 ms/);
    silent.close();
  });
});

describe('the forwarder', () => {
  const setup = (answerOf: (server: string) => Reply | Error | undefined) => {
    const clock = createFakeClock();
    const asked: string[] = [];
    const forward = createForwarder({
      clock,
      resolvers: async () => ['192.0.2.1', '192.0.2.2'],
      exchange: async (server, query) => {
        asked.push(server);
        const answer = answerOf(server);
        if (!answer || answer instanceof Error) throw answer ?? new Error('down');
        const rcode = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 }[answer.code];
        return encode({
          type: 'response',
          flags: rcode,
          questions: decode(query).questions,
          answers: [...answer.answers],
          authorities: [...answer.authorities],
        });
      },
    });
    return { clock, asked, ask: (name = 'many.test') => forward({ name, type: 'A' }, false) };
  };
  const soa: Answer = {
    type: 'SOA',
    name: 'test',
    ttl: 300,
    data: { mname: 'a.test', rname: 'b.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 20 },
  };

  it('asks the next resolver when one fails, and fails when all do', async () => {
    const { ask, asked } = setup((server) => (server === '192.0.2.2' ? reply([ip(1)]) : undefined));
    expect((await ask()).answers).toHaveLength(1);
    expect(asked).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(await setup(() => undefined).ask()).toMatchObject({ code: 'SERVFAIL' });
    expect(await setup(() => reply([], { code: 'SERVFAIL' })).ask()).toMatchObject({ code: 'SERVFAIL' });
  });

  it('keeps answers for their TTL, counting it down', async () => {
    const { ask, asked, clock } = setup(() => reply([ip(1)]));
    await ask();
    await clock.advance(3000);
    expect((await ask('MANY.test')).answers).toMatchObject([{ ttl: 2 }]);
    expect(asked).toHaveLength(1);
    await clock.advance(2500);
    await ask();
    expect(asked).toHaveLength(2);
  });

  it('keeps denials as long as their SOA record says', async () => {
    const { ask, asked, clock } = setup(() => reply([], { code: 'NXDOMAIN', authorities: [soa] }));
    expect(await ask()).toMatchObject({ code: 'NXDOMAIN', authorities: [{ type: 'SOA' }] });
    await clock.advance(19_000);
    await ask();
    expect(asked).toHaveLength(1);
    await clock.advance(2000);
    await ask();
    expect(asked).toHaveLength(2);
  });

  it('asks once for many who want the same at once', async () => {
    const { ask, asked } = setup(() => reply([ip(1)]));
    await Promise.all([ask(), ask(), ask()]);
    expect(asked).toHaveLength(1);
  });
});

describe('the node’s resolvers', () => {
  it('are those of resolv.conf but ourselves', () => {
    expect(
      nameServers('# nameserver 1.1.1.1\nsearch x\nnameserver 10.96.0.10\n nameserver  192.0.2.53 \nnameserver fd00::1\n', new Set(['10.96.0.10'])),
    ).toEqual(['192.0.2.53', 'fd00::1']);
  });
});

describe('aliases', () => {
  const alias = (name: string, target: string) => ({ alias: { type: 'CNAME', name, ttl: 5, data: target } satisfies Answer, target });
  const respond = createResponder({
    domain: 'cluster.local',
    clock: systemClock,
    zone: ({ name }) =>
      name === 'a.test'
        ? alias('a.test', 'b.test')
        : name === 'b.test'
          ? alias('b.test', 'out.test')
          : name === 'loop.test'
            ? alias(name, name)
            : undefined,
    forward: async ({ name }) => reply([{ type: 'A', name, ttl: 5, data: '192.0.2.1' }]),
  });
  const ask = async (name: string) => decode((await respond(encode({ type: 'query', id: 1, questions: [{ name, type: 'A' }] }), 'udp'))!);

  it('are followed inside and outside, and told along the way', async () => {
    expect((await ask('a.test')).answers?.map(({ name, type }) => `${name} ${type}`)).toEqual(['a.test CNAME', 'b.test CNAME', 'out.test A']);
  });

  it('that go round in circles fail', async () => {
    expect(await ask('loop.test')).toMatchObject({ rcode: 'SERVFAIL' });
  });
});
