/** The order of runs in time, which a clock that was set back does not change. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openRegular } from '../files/regular.ts';
import { MANIFEST, MOST_VIEW_BYTES } from './folder.ts';
import type { Invocation } from './manifest.ts';

type Times = Pick<Invocation, 'invokedAt' | 'orderedAt'>;

/** When an invocation began, for sorting only. */
export const orderOf = ({ invokedAt, orderedAt }: Times): string => orderedAt ?? invokedAt;

/**
 * What an invocation that begins now is sorted by, if its date does not do: the clock was set back since the latest of the runs
 * in `folder` was worked on. Undefined otherwise.
 */
export async function orderAfter(folder: string, now: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const orders = await Promise.all(names.map(name => orderIn(join(folder, name, MANIFEST))));
  const latest = orders.reduce((most, each) => (each > most ? each : most), '');
  return latest < now ? undefined : new Date(Date.parse(latest) + 1).toISOString();
}

const timesSchema = z.object({ invokedAt: z.iso.datetime(), orderedAt: z.iso.datetime().optional() });

/** From the manifest: a journal may be long. Empty if there is none that can be read. */
async function orderIn(manifest: string): Promise<string> {
  try {
    await using file = await openRegular(manifest);
    if ((await file.stat()).size > MOST_VIEW_BYTES) return '';
    return orderOf(timesSchema.parse(JSON.parse(await file.readFile('utf8'))));
  } catch {
    return '';
  }
}
