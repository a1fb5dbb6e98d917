/** Whatever a caller of the library, a note of a download, a proxy or the environment says: a result or one CifarNormError. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { addressOf } from '../../src/data/address.ts';
import { download } from '../../src/data/download.ts';
import { findData } from '../../src/data/open.ts';
import { PartFile } from '../../src/data/part.ts';
import { dispatcherFor, proxyText } from '../../src/data/proxies.ts';
import { CifarNormError } from '../../src/errors.ts';
import * as library from '../../src/index.ts';
import { archiveFrom, good, type Server, serve, serveRaw, stopServers } from '../data/servers.ts';
import { mutated } from './mutations.ts';
import { isOrderly } from './orderly.ts';

const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Call = (...values: unknown[]) => unknown;

const circular: Record<string, unknown> = {};
circular.self = [circular];
const odd = fc.constantFrom<unknown>(
  ...[
    undefined,
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    0,
    -0,
    0.5,
    2 ** 31,
    2 ** 53,
    1e308,
    5e-324,
    1n,
  ],
  ...['', ' ', '\0', '__proto__', 'constructor', 'toString', '\ud800', '{}', '1', 'x'.repeat(1000)],
  ...[circular, new Map([['epochs', 1]]), new Set([1]), new Date(Number.NaN), /x/, Symbol('x'), () => 1],
  ...[Object.create(null), Object.create({ epochs: 1 }), new Array(1e5), new Proxy({}, {})],
  ...[
    new Uint8Array(3),
    new Float64Array(3072),
    new Int32Array(2),
    new SharedArrayBuffer(8),
    Promise.resolve(),
  ],
  ...[{ toJSON: () => 1 }, { __proto__: null, epochs: 1 }, new Error('x'), globalThis, JSON, Math],
);
const anything = fc.oneof(
  odd,
  fc.nat(300),
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
);

/** A copy with another value in one place of its tree; each number chooses a branch. */
function replaced(tree: unknown, [place, ...places]: readonly number[], value: unknown): unknown {
  const isOpen = Array.isArray(tree) || Object.prototype.toString.call(tree) === '[object Object]';
  const keys = isOpen ? Object.keys(tree as object) : [];
  if (place === undefined || keys.length === 0) return value;
  const key = keys[place % keys.length]!;
  const copy: Record<string, unknown> = Array.isArray(tree) ? ([...tree] as never) : { ...(tree as object) };
  copy[key] = replaced(copy[key], places, value);
  return copy;
}

describe('the library', () => {
  const functions = new Map(
    Object.entries(library).filter(
      ([name, value]) => typeof value === 'function' && name !== 'CifarNormError',
    ),
  );
  const callOf = (name: string): Call => {
    const value: unknown = functions.get(name);
    if (!/^[A-Z]/.test(name)) return value as Call;
    return (...values) => Reflect.construct(value as new () => object, values);
  };
  /** These take long if they are given what they need. */
  const isLong = (name: string, [first]: readonly unknown[]) =>
    name === 'runChecks' && typeof first === 'function';

  isOrderly(
    'arguments of any kind',
    0.1,
    fc.tuple(fc.constantFrom(...functions.keys()), fc.array(anything, { maxLength: 4 })),
    async ([name, values]) => {
      if (isLong(name, values)) return;
      await callOf(name)(...values);
    },
  );

  const count = 40;
  const { Engine, RandomState, compileProgram, experimentSchema } = library;
  const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37 + (i >> 8)) % 256);
  const train = { count, pixels: bytes(count * 3072), labels: bytes(count).map(byte => byte % 10) };
  const dataset = { source: 'made', kind: 'synthetic', train, test: undefined, fingerprint: 'made' } as const;
  const tiny = {
    ...{ epochs: 1, hiddenDims: [3], numTraining: 20, numValidation: 10, trainImages: 20, batchSize: 10 },
    sweep: { normalization: ['none', 'batchnorm'] },
  } satisfies library.ExperimentInput;
  const engine = new Engine(compileProgram('float32', 'portable', { kernels: 'wasm' }));
  const samples = new Map<string, readonly unknown[]>();
  const use = async (name: string, values: readonly unknown[]) => {
    engine.reset();
    // Any text is a place to write a report to.
    const [runs, format, out] = values;
    const isWritten = name === 'writeReport' && typeof out === 'string' && out.trim() !== '';
    const made = await callOf(name)(...(isWritten ? [runs, format, join(folder, 'report')] : values));
    await (made as { close?: () => unknown } | undefined)?.close?.();
  };

  beforeAll(async () => {
    const run = await library.runExperiment(tiny, { cwd: folder, data: dataset, out: 'run', workers: 0 });
    const options = { stream: 'paired', by: 'normalization', baseline: { normalization: 'none' } } as const;
    const comparison = library.compareBy(run.results, options);
    const [cell] = library.cellsOf(run.results);
    const [chart] = run.charts();
    const style = { width: 80, height: 10, color: false };
    const { by: _, ...netsOptions } = options;
    const { baseline: __, ...runsOptions } = netsOptions;
    const settings = experimentSchema.parse(tiny);
    const random = new RandomState(231);
    const mean = library.meanImage(train, 20);
    const data = { ...train, mean, numTraining: 20, numValidation: 10, preprocessing: 'meanImage' };
    const net = {
      ...{ inputDim: 4, hiddenDims: [3], numClasses: 2, normalization: 'none', maxRows: 2 },
      ...{ weightScale: 0.1, reg: 0 },
    };
    const calls: Record<string, readonly unknown[]> = {
      cellsOf: [run.results],
      estimate: [cell, 'bestValAccuracy'],
      compareBy: [run.results, options],
      compareNets: [run.results, netsOptions],
      compareRuns: [run.results, run.results, runsOptions],
      comparisonSentences: [comparison],
      checkExpectations: [[{ where: { normalization: 'none' }, learns: true }], run.results],
      findingOf: [run.results, { data: 'synthetic data', stream: 'paired' }],
      loadExperiment: [tiny, ['epochs=2'], folder],
      locateData: [{ option: 'synthetic', environment: '', config: 'x', cwd: folder, cacheFolder: folder }],
      cacheFolderOf: ['linux', folder, { XDG_CACHE_HOME: folder }],
      checkSplit: [dataset, { numTraining: 20, numValidation: 10 }],
      meanImage: [train, 20],
      meanTerms: [mean, 'float32'],
      planTrials: [settings, { fingerprint: 'f', numerics: 'portable-1' }, [1, 2]],
      renderSvg: [chart],
      renderChart: [chart, style],
      renderTable: [run.table(), style],
      writeReport: [[run], 'md', join(folder, 'report.md')],
      readRun: [join(folder, 'run')],
      RandomState: [random.snapshot()],
      Solver: [engine, settings, data, random],
      FullyConnectedNet: [engine, net, random],
    };
    for (const [name, values] of Object.entries(calls)) samples.set(name, values);
    for (const [name, values] of samples) await use(name, values);
    return () => run.close();
  });

  const sampled = [
    ...['cellsOf', 'estimate', 'compareBy', 'compareNets', 'compareRuns', 'comparisonSentences'],
    ...['checkExpectations', 'findingOf', 'loadExperiment', 'locateData', 'cacheFolderOf', 'checkSplit'],
    ...['meanImage', 'meanTerms', 'planTrials', 'renderSvg', 'renderChart', 'renderTable', 'writeReport'],
    ...['readRun', 'RandomState', 'Solver', 'FullyConnectedNet'],
  ];
  isOrderly(
    'arguments with one value changed',
    0.06,
    fc.tuple(fc.constantFrom(...sampled), fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }), anything),
    async ([name, places, value]) => {
      await use(name, replaced(samples.get(name), places, value) as unknown[]);
    },
  );

  const options = {
    ...{ set: { epochs: 1 }, data: dataset, out: 'here', env: { HOME: folder }, numerics: 'portable' },
    ...{
      shard: { index: 1, count: 2 },
      fresh: false,
      repair: false,
      retries: 1,
      failFast: false,
      timeout: 5,
    },
    ...{ command: 'sweep', workers: 0 },
  };
  const runs = join(folder, 'runs');
  isOrderly(
    'experiments and options with one value changed: a refusal writes nothing',
    0.004,
    fc.tuple(
      fc.array(fc.nat(50), { minLength: 1, maxLength: 5 }),
      // Neither a queue, nor threads, nor another place.
      anything.filter(value => typeof value !== 'string' || !/^[./~]/.test(value)),
    ),
    async ([places, value]) => {
      rmSync(runs, { recursive: true, force: true });
      mkdirSync(runs);
      const [experiment, changed] = replaced([tiny, options], places, value) as [never, object | undefined];
      if (typeof changed !== 'object' || changed === null || Array.isArray(changed)) return;
      const isKept = 'workers' in changed && changed.workers === 0;
      try {
        const run = await library.runExperiment(experiment, {
          ...changed,
          cwd: runs,
          ...(!isKept && { workers: 0 }),
        });
        await run.close();
      } catch (error) {
        if (error instanceof CifarNormError && error.code === 'usage') expect(readdirSync(runs)).toEqual([]);
        throw error;
      }
    },
  );
});

const secret = 'ter2';
const passwords = fc
  .tuple(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('', '/', '#', '?', '@', ':', '%', '%2F', '\\', ' ', '[', '80/'),
  )
  .map(([text, mark]) => `${mark}${text.replaceAll(secret, '')}${secret}`);
const isSafe = (text: string) => expect(text).not.toContain(secret);

describe('downloads', () => {
  const content = Buffer.from('the whole archive, every byte of it'.repeat(20));
  const archive = archiveFrom(content);
  const patience = { retries: 1, pause: 1, stall: 300, least: 1, longest: 100 };
  const none = { http: undefined, https: undefined, none: undefined };
  const place = join(folder, 'downloads');
  const part = join(place, `${archive.name}.part`);
  const url = 'http://127.0.0.1/x';
  let note = Buffer.alloc(0);
  let server: Server;
  let act: (socket: Socket) => void = () => {};
  let proxy: Server;
  const held = () => new PartFile(join(place, archive.name), new AbortController().signal).held(url);

  beforeAll(async () => {
    mkdirSync(place, { recursive: true });
    server = await serve(good(content));
    proxy = await serveRaw(socket => void socket.once('data', () => act(socket)));
    const file = new PartFile(join(place, archive.name), new AbortController().signal);
    const open = await file.restart(url, '"one"');
    await file.write(open, content.subarray(0, 100));
    await open.close();
    note = readFileSync(`${part}.json`);
  });
  afterAll(stopServers);

  const notes = fc.oneof(
    fc.constant(null).chain(() => mutated([note.length > 0 ? note : Buffer.from('{}')])),
    fc.uint8Array({ maxLength: 100 }),
    fc.json().map(text => Buffer.from(text)),
  );
  isOrderly('damaged notes count as none', 0.05, notes, async bytes => {
    writeFileSync(part, content.subarray(0, 100));
    writeFileSync(`${part}.json`, bytes);
    const found = await held();
    if (!note.equals(bytes)) expect(found).toBeUndefined();
    else expect(found).toEqual({ bytes: 100, validator: '"one"' });
  });

  const fetchWith = async (from: string, proxies: typeof none | object, fresh = true) => {
    if (fresh) rmSync(place, { recursive: true, force: true });
    const seen: string[] = [];
    try {
      return await download({
        ...{ url: from, folder: place, archive, patience, signal: new AbortController().signal },
        proxies: { ...none, ...proxies },
        onBytes: () => {},
        onRetry: why => void seen.push(why),
      });
    } catch (error) {
      if (error instanceof CifarNormError) seen.push(error.message, error.hint ?? '', String(error.stack));
      throw error;
    } finally {
      isSafe(seen.join('\n'));
    }
  };

  isOrderly(
    'downloads beside any note and any part',
    0.003,
    fc.tuple(notes, fc.uint8Array({ maxLength: 800 })),
    async ([bytes, begun]) => {
      rmSync(place, { recursive: true, force: true });
      mkdirSync(place);
      writeFileSync(part, begun);
      writeFileSync(`${part}.json`, bytes);
      const target = await fetchWith(`${server.origin}/x`, none, false);
      expect(readFileSync(target).equals(content)).toBe(true);
    },
  );

  const words = fc.constantFrom(
    'http',
    '://',
    '//',
    '@',
    ':',
    '127.0.0.1',
    'host',
    '/',
    '?',
    '#',
    '%',
    '[::1]',
    '80',
    ' ',
  );
  const urlish = fc.oneof(
    fc.array(fc.oneof(words, fc.string({ maxLength: 3 })), { maxLength: 10 }).map(pieces => pieces.join('')),
    fc
      .tuple(fc.constantFrom('http://', 'https://', 'ftp://', 'redis://', ''), passwords)
      .map(([scheme, password]) => `${scheme}bob:${password}@host.invalid:80/x`),
  );
  isOrderly(
    'URLs and proxies, as they are shown',
    0.08,
    fc.tuple(urlish, urlish, fc.string()),
    async ([http, https, no]) => {
      for (const text of [http, https]) {
        const address = addressOf(text, ['http', 'https', 'redis']);
        const { login } = address ?? {};
        if (text.includes(secret)) isSafe(`${address?.shown}${address?.place}${address?.href}`);
        if (login && text.includes('bob')) expect(login.password).toContain(secret);
      }
      const proxies = { http, https, none: no };
      try {
        isSafe(proxyText(proxies));
        await (await dispatcherFor(proxies)).destroy();
      } catch (error) {
        isSafe(String((error as Error).stack));
        throw error;
      }
    },
  );

  /** What a proxy may do with a connection. */
  const answers = fc.oneof(
    fc.constantFrom<(socket: Socket) => void>(
      socket => void socket.end(),
      socket => void socket.resetAndDestroy(),
      socket => void socket.write('HTTP/1.1 200 OK\r\n\r\n'),
      socket => void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
      socket => void socket.end('HTTP/1.1 503 Busy\r\nretry-after: 9\r\n\r\n'),
    ),
    fc
      .integer({ min: 100, max: 999 })
      .map(status => (socket: Socket) => void socket.end(`HTTP/1.1 ${status} x\r\n\r\n`)),
    fc.uint8Array({ maxLength: 60 }).map(bytes => (socket: Socket) => void socket.end(bytes)),
  );
  isOrderly(
    'proxies that do anything, with any password',
    0.004,
    fc.tuple(answers, passwords, fc.constantFrom('http', 'https'), fc.boolean()),
    async ([answer, password, scheme, hasScheme]) => {
      act = answer;
      const at = `${hasScheme ? 'http://' : ''}bob:${password}@${proxy.origin.replace('http://', '')}`;
      await fetchWith(`${scheme}://archive.invalid/x`, { http: at, https: at });
    },
  );

  isOrderly(
    'servers that do anything, with any password',
    0.004,
    fc.tuple(answers, passwords),
    async ([answer, password]) => {
      act = answer;
      await fetchWith(`http://bob:${password}@${proxy.origin.replace('http://', '')}/x?key=${secret}`, none);
    },
  );
});

describe('the environment', () => {
  const keys = ['CIFAR_NORM_DATA', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'HOME', 'HTTP_PROXY', '__proto__'];
  const pieces = fc.constantFrom(
    '/',
    '~',
    '$HOME',
    '%APPDATA%',
    '..',
    'data',
    '\\',
    'C:',
    ':',
    ' ',
    '\n',
    'synthetic',
  );
  const value = fc
    .array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 5 })
    .map(texts => texts.join('').replaceAll('\0', ''));
  isOrderly(
    'variables that say where data are',
    0.05,
    fc.tuple(
      fc.dictionary(fc.constantFrom(...keys), fc.option(value, { nil: undefined })),
      fc.option(value, { nil: undefined }),
    ),
    async ([env, config]) => {
      const cwd = join(folder, 'empty');
      mkdirSync(cwd, { recursive: true });
      await findData(undefined, { cwd, env, config });
      library.cacheFolderOf('linux', env.HOME ?? '', env);
    },
  );
});
