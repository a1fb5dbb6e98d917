/**
 * Names for content. A trial's id is a hash of what decides its result, written canonically: keys sorted, settings that
 * have their default left out. So a setting that a later version adds, with a default that means "as before", changes
 * no id, and neither does the order of the schema's keys.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { experimentSchema, type Settings, settingKeys, settingsSchema } from '../config/schema.ts';
import type { Trial } from './trial.ts';

const settingDefaults: Settings = settingsSchema.parse({});
const experimentDefaults: Readonly<Record<string, unknown>> = experimentSchema.parse({});

export function trialId(
  content: Pick<Trial, 'settings' | 'split' | 'streams' | 'numerics' | 'fingerprint'>,
): string {
  const { settings, split, streams, numerics, fingerprint } = content;
  const decisive = Object.fromEntries(
    settingKeys
      .filter(key => !isDeepStrictEqual(settings[key], settingDefaults[key]))
      .map(key => [key, settings[key]]),
  );
  return contentHash({ settings: decisive, split, streams, numerics, fingerprint }, 20);
}

/**
 * The experiment's keys that differ from their defaults, sorted. The values keep their own order, for in a sweep the
 * order of the axes counts.
 */
export function withoutDefaults(experiment: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(experiment)
      .filter(([key, value]) => value !== undefined && !isDeepStrictEqual(value, experimentDefaults[key]))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The first `digits` hexadecimal digits of the sha256 of the content's canonical JSON. */
export function contentHash(content: unknown, digits: number): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, digits);
}

/** JSON with the keys of every object sorted. */
function canonicalJson(content: unknown): string {
  return JSON.stringify(content, (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
