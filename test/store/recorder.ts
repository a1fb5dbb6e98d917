/** node:fs/promises, with every change of a file recorded, and hooks to delay one. */
import type { FileHandle } from 'node:fs/promises';

type Real = typeof import('node:fs/promises');

export type Change =
  | { readonly kind: 'mkdir' | 'create' | 'remove'; readonly path: string }
  | { readonly kind: 'append'; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  | { readonly kind: 'rename' | 'copy'; readonly path: string; readonly to: string };

export const changes: Change[] = [];

/** Called before each change, which waits for it. */
export const hooks: { before: (change: Change) => void | Promise<void> } = { before: () => {} };

async function record(change: Change): Promise<void> {
  await hooks.before(change);
  changes.push(change);
}

function recorded(file: FileHandle, path: string): FileHandle {
  const { appendFile, truncate } = file;
  file.appendFile = async data => {
    await record({ kind: 'append', path, bytes: Buffer.from(data as string) });
    return appendFile.call(file, data);
  };
  file.truncate = async (size = 0) => {
    await record({ kind: 'truncate', path, size });
    return truncate.call(file, size);
  };
  return file;
}

export function recording(real: Real): Real {
  return {
    ...real,
    async open(path, flags, mode) {
      const mayWrite =
        typeof flags === 'string' ? flags !== 'r' : typeof flags === 'number' && (flags & 3) !== 0;
      if (!mayWrite) return real.open(path, flags, mode);
      await record({ kind: 'create', path: String(path) });
      return recorded(await real.open(path, flags, mode), String(path));
    },
    async rename(path, to) {
      await record({ kind: 'rename', path: String(path), to: String(to) });
      return real.rename(path, to);
    },
    async copyFile(path, to) {
      await record({ kind: 'copy', path: String(path), to: String(to) });
      return real.copyFile(path, to);
    },
    async rm(path, options) {
      await record({ kind: 'remove', path: String(path) });
      return real.rm(path, options);
    },
    mkdir: (async (path, options) => {
      await record({ kind: 'mkdir', path: String(path) });
      return real.mkdir(path, options);
    }) as Real['mkdir'],
  };
}
