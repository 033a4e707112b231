/**
 * The program of the pause container, assembled by hand: what holds a pod's namespaces needs no libc, no registry and no compiler.
 *
 *     sigaction(SIGCHLD, {SIG_IGN})          the kernel reaps every child, also those that a shared PID namespace hands to PID 1
 *     sigprocmask(SIG_BLOCK, {INT, TERM})    PID 1 is never killed by a signal it has no handler for, but a blocked one stays pending
 *     while (sigtimedwait({INT, TERM}) < 0)  sleeps; interrupted calls are repeated
 *       ;
 *     exit(0)
 *
 * One read-only, executable segment holds headers, code and data, at 0x400000 (System V ABI, ELF-64).
 */
export type PauseArchitecture = 'amd64' | 'arm64';

const BASE = 0x400000;
const HEADERS = 64 + 56;
const SIGCHLD = 17;
const SIGNAL_SET_BYTES = 8;
/** Bit n-1 is signal n: SIGINT (2) and SIGTERM (15). */
const WAITED_SIGNALS = (1n << 1n) | (1n << 14n);

/** The bytes of a static ELF executable. */
export function pauseProgram(architecture: PauseArchitecture): Buffer {
  // The code's length does not depend on the addresses in it: a first pass measures, the second one knows where the data is.
  const assemble = architecture === 'amd64' ? amd64 : arm64;
  const codeLength = assemble(BASE, BASE).length;
  const data = BASE + HEADERS + codeLength;
  const code = assemble(data, data + 32);
  const file = Buffer.concat([elfHeaders(architecture === 'amd64' ? 62 : 183, HEADERS + codeLength + 40), code, dataSection()]);
  return file;
}

/** The kernel's struct sigaction {handler: SIG_IGN, flags, restorer, mask}, then the set of signals to wait for. */
function dataSection(): Buffer {
  const data = Buffer.alloc(40);
  data.writeBigUInt64LE(1n, 0);
  data.writeBigUInt64LE(WAITED_SIGNALS, 32);
  return data;
}

function elfHeaders(machine: number, fileSize: number): Buffer {
  const header = Buffer.alloc(HEADERS);
  header.write('\x7fELF\x02\x01\x01', 0, 'latin1'); // 64 bits, little-endian, version 1, System V
  header.writeUInt16LE(2, 16); // ET_EXEC
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(BASE + HEADERS), 24); // entry
  header.writeBigUInt64LE(64n, 32); // program headers follow
  header.writeUInt16LE(64, 52); // size of this header
  header.writeUInt16LE(56, 54); // size of a program header
  header.writeUInt16LE(1, 56); // one of them
  header.writeUInt16LE(64, 58); // size of a section header, of which there is none
  header.writeUInt32LE(1, 64); // PT_LOAD
  header.writeUInt32LE(5, 68); // read, execute
  header.writeBigUInt64LE(BigInt(BASE), 80);
  header.writeBigUInt64LE(BigInt(BASE), 88);
  header.writeBigUInt64LE(BigInt(fileSize), 96);
  header.writeBigUInt64LE(BigInt(fileSize), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return header;
}

/** Linux x86-64: number in eax, arguments in rdi, rsi, rdx, r10. */
function amd64(action: number, set: number): Buffer {
  const imm32 = (value: number) => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
  const eax = (value: number) => [0xb8, ...imm32(value)];
  const edi = (value: number) => [0xbf, ...imm32(value)];
  const esi = (value: number) => [0xbe, ...imm32(value)];
  const edx = (value: number) => [0xba, ...imm32(value)];
  const r10d = (value: number) => [0x41, 0xba, ...imm32(value)];
  const syscall = [0x0f, 0x05];
  const wait = [...eax(128), ...edi(set), ...esi(0), ...edx(0), ...r10d(SIGNAL_SET_BYTES), ...syscall, 0x85, 0xc0]; // test eax, eax
  return Buffer.from([
    ...[...eax(13), ...edi(SIGCHLD), ...esi(action), ...edx(0), ...r10d(SIGNAL_SET_BYTES), ...syscall],
    ...[...eax(14), ...edi(0), ...esi(set), ...edx(0), ...r10d(SIGNAL_SET_BYTES), ...syscall],
    ...wait,
    ...[0x78, 0x100 - (wait.length + 2)], // js back to the wait
    ...[...eax(60), ...edi(0), ...syscall],
  ]);
}

/** Linux arm64: number in x8, arguments in x0 to x3. */
function arm64(action: number, set: number): Buffer {
  const load = (register: number, value: number) => [
    0xd2800000 | ((value & 0xffff) << 5) | register, // movz xN, #low
    0xf2a00000 | ((value >>> 16) << 5) | register, // movk xN, #high, lsl 16
  ];
  const call = (number: number, ...args: number[]) => [...args.flatMap((value, register) => load(register, value)), ...load(8, number), 0xd4000001]; // svc #0
  const wait = call(137, set, 0, 0, SIGNAL_SET_BYTES);
  const back = 0x37f80000 | ((-wait.length & 0x3fff) << 5); // tbnz w0, #31, back to the wait
  const words = [...call(134, SIGCHLD, action, 0, SIGNAL_SET_BYTES), ...call(135, 0, set, 0, SIGNAL_SET_BYTES), ...wait, back, ...call(93, 0)];
  const code = Buffer.alloc(words.length * 4);
  words.forEach((word, at) => {
    code.writeUInt32LE(word >>> 0, at * 4);
  });
  return code;
}
