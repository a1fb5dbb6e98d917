/** Tells whether files have changed without reading them, as git's index does. */
import { stat } from 'node:fs/promises';
import { z } from 'zod';

const decimal = z.string().regex(/^\d+$/);

export const identitySchema = z.strictObject({
  path: z.string(),
  /** Bytes. */
  size: decimal,
  inode: decimal,
  /** Nanoseconds since 1970. Programs can set the time of modification, but not the time of change. */
  modified: decimal,
  changed: decimal,
});
export type Identity = Readonly<z.output<typeof identitySchema>>;

/** @throws an error of the file system if a file is missing */
export function identify(paths: readonly string[]): Promise<Identity[]> {
  return Promise.all(
    paths.map(async path => {
      const { size, ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
      return { path, size: `${size}`, inode: `${ino}`, modified: `${mtimeNs}`, changed: `${ctimeNs}` };
    }),
  );
}

export const areSame = (some: readonly Identity[], others: readonly Identity[]): boolean =>
  JSON.stringify(some) === JSON.stringify(others);

/** The coarsest timestamps in use are those of FAT: 2 s. */
export const GRANULARITY_MS = 2000;

/**
 * Whether every later change will show in the files' times of change. A file that has just changed may change again within the
 * granularity of its timestamps and look the same: git calls it racily clean.
 * @param now milliseconds since 1970
 */
export const areSettled = (files: readonly Identity[], now: number): boolean =>
  files.every(({ changed }) => now - Number(changed) / 1e6 > GRANULARITY_MS);
