/** Turns zod's issues about an experiment into problems to report. */
import type { z } from 'zod';
import { misplacedLists, unknownKey, wrongValue } from './advice.ts';
import type { Problem } from './problems.ts';
import { isMap, type Path } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** Problems that get advice: more are not shown. */
const MOST_ADVISED = 100;

/** The problems of an experiment, given zod's issues and the experiment as it was written. */
export function problemsOf(
  issues: readonly Issue[],
  experiment: Readonly<Record<string, unknown>>,
): Problem[] {
  const misplaced = misplacedLists(experiment);
  const explained = new Set(misplaced.map(({ paths: [[key]] }) => key));
  const others = flatten(issues, []).filter(({ path: [key] }) => !explained.has(key));
  return [...misplaced, ...others.map((found, i) => problemOf(found, experiment, i < MOST_ADVISED))];
}

interface Found {
  readonly issue: Issue;
  readonly path: Path;
  /** The unknown key of the map at `path`. */
  readonly key?: string;
}

/** Only the branch of a union that the user probably meant is reported: the one that matched furthest. */
function flatten(issues: readonly Issue[], base: Path): Found[] {
  const places = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')),
  );
  return issues.flatMap((issue): Found[] => {
    const path = [...base, ...(issue.path as Path)];
    // An unknown key may be a misspelling of the key that the map lacks.
    if (issue.code === 'custom' && places.has(issue.path.join('.'))) return [];
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => ({ issue, path, key }));
    if (issue.code !== 'invalid_union') return [{ issue, path }];
    const meant = issue.errors.reduce((best, branch) => (reach(branch) > reach(best) ? branch : best));
    return flatten(meant, path);
  });
}

function problemOf({ issue, path, key }: Found, experiment: unknown, advised: boolean): Problem {
  const value = valueAt(experiment, path);
  if (key !== undefined) {
    const advice = advised ? unknownKey(path, key, value) : { message: 'unknown key' };
    return { paths: [[...path, key]], ...advice, unknownKey: true };
  }
  if (!advised) return { paths: [path], message: issue.message };
  const list = valueAt(experiment, path.slice(0, -1));
  return {
    paths: [path],
    ...wrongValue(path, value, issue.message, Array.isArray(list) ? list.length : 0),
  };
}

/** How far into the value a branch matched; 0 when the value was not even of its kind. */
function reach(issues: readonly Issue[]): number {
  const depths = issues.map(issue => {
    const wrongKind = issue.code === 'invalid_type' || issue.code === 'invalid_value';
    const within = issue.code === 'invalid_union' ? furthest(issue.errors.map(reach)) : wrongKind ? 0 : 1;
    // Of two kinds that are both wrong, the one that has a word like this is meant.
    const likeness = issue.message?.includes('did you mean') ? 0.5 : 0;
    return issue.path.length + within + likeness;
  });
  return furthest(depths);
}

function furthest(depths: readonly number[]): number {
  return depths.reduce((most, depth) => Math.max(most, depth), 0);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, step) =>
      Array.isArray(node)
        ? node[Number(step)]
        : isMap(node) && Object.hasOwn(node, step)
          ? node[step]
          : undefined,
    value,
  );
}
