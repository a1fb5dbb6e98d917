/** A queue over TLS, with a certificate made by the test. No output shows the password. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { csvsOf } from '../chaos/small.ts';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { calmRun, hasRedis, PASSWORD, startRedis, startWorker, sweepOf } from './redis.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (hasRedis && !hasOpenssl) console.log('skipped: a queue over TLS (openssl is not installed)');

it.skipIf(!hasRedis || !hasOpenssl)(
  'a sweep over TLS gives the same bytes, and an unknown certificate is refused',
  async () => {
    const folder = emptyFolder();
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ]);
    expect(made.status).toBe(0);
    const redis = await startRedis({ tls: { certificate, key } });
    const words = sweepOf('hiddenDims: [10]\nepochs: 20\nsweep: { weightScale: { logspace: [-3, 0, 6] } }');
    const env = { CIFAR_NORM_QUEUE: redis.url, NODE_EXTRA_CA_CERTS: certificate };
    const worker = await startWorker(redis.url, [], { env });
    const out = join(emptyFolder(), 'run');
    const trusting = await cifarNorm([...words, '--out', out, '--queue'], { env });
    expect(trusting.stderr).not.toMatch(/error/);
    expect(trusting.code).toBe(0);
    expect(csvsOf(out)).toEqual(csvsOf(await calmRun(words)));
    const refusing = await cifarNorm([...words, '--queue', redis.url]);
    expect(refusing.code).toBe(1);
    expect(refusing.stderr).toMatch(
      /cannot reach the queue at rediss:\/\/127\.0\.0\.1:\d+: self-signed cert/,
    );
    const plain = await cifarNorm([...words, '--queue', redis.url.replace('rediss:', 'redis:')]);
    expect(plain.code).toBe(1);
    const written = [trusting, refusing, plain].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    written.push(worker.log(), ...readdirSync(out).map(name => readFileSync(join(out, name), 'utf8')));
    expect(written.join('\n')).not.toContain(PASSWORD);
    await redis.stop();
  },
);
