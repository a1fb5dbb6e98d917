/** Files that the build made, checked before they are used: a truncated addon would end the process when it is loaded. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CifarNormError } from '../errors.ts';

/**
 * The bytes of a file that the build made, which has its size and sha256 beside it; see native/checksum.js. A file without is taken as
 * it is.
 * @throws CifarNormError (run) if the file is not as the build made it, or cannot be read
 */
export function readBuilt(url: URL): Uint8Array<ArrayBuffer> {
  const bytes = read(url);
  const expected = checksumOf(url);
  if (!expected) return bytes;
  if (bytes.length !== expected.bytes)
    throw damaged(url, `it has ${bytes.length} bytes, and the build made ${expected.bytes}`);
  if (createHash('sha256').update(bytes).digest('hex') !== expected.sha256)
    throw damaged(url, 'its checksum is not that of the build');
  return bytes;
}

function read(url: URL): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(readFileSync(url));
  } catch (error) {
    throw damaged(url, (error as Error).message);
  }
}

function checksumOf(url: URL): { readonly bytes: number; readonly sha256: string } | undefined {
  try {
    const [, bytes, sha256] =
      /^(\d+) ([0-9a-f]{64})\n$/.exec(readFileSync(new URL(`${url}.sha256`), 'utf8')) ?? [];
    return sha256 === undefined ? undefined : { bytes: Number(bytes), sha256 };
  } catch {
    return undefined;
  }
}

const damaged = (url: URL, why: string): CifarNormError =>
  new CifarNormError('run', `${fileURLToPath(url)} is damaged: ${why}`, 'install cifar-norm again');
