import { open, rename } from 'node:fs/promises';

const CHUNK = 1 << 16;

/**
 * Writes a file so that whoever looks sees the old content or the whole new one: beside it, flushed to disk, then
 * renamed. The lines are taken one by one, so a long file is never in memory.
 */
export async function writeAtomically(path: string, lines: Iterable<string>): Promise<void> {
  const beside = `${path}.tmp-${process.pid}`;
  const file = await open(beside, 'w');
  try {
    let chunk = '';
    for (const line of lines) {
      chunk += line;
      if (chunk.length < CHUNK) continue;
      await file.write(chunk);
      chunk = '';
    }
    await file.write(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
