/** Turns zod's issues about an experiment into problems to report. */
import type { z } from 'zod';
import { misplacedLists, unknownKey, writtenAsList } from './advice.ts';
import type { Problem } from './problems.ts';
import { isMap, type Path } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** The problems of an experiment, given zod's issues and the experiment as it was written. */
export function problemsOf(
  issues: readonly Issue[],
  experiment: Readonly<Record<string, unknown>>,
): Problem[] {
  const misplaced = misplacedLists(experiment);
  const explained = new Set(misplaced.map(({ paths: [[key]] }) => key));
  const others = flatten(issues, [], experiment).filter(({ paths: [[key]] }) => !explained.has(key));
  return [...misplaced, ...others];
}

/** Only the branch of a union that the user probably meant is reported: the one that matched furthest. */
function flatten(issues: readonly Issue[], base: Path, experiment: unknown): Problem[] {
  const places = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')),
  );
  return issues.flatMap((issue): Problem[] => {
    const path = [...base, ...(issue.path as Path)];
    // An unknown key may be a misspelling of the key that the map lacks.
    if (issue.code === 'custom' && places.has(issue.path.join('.'))) return [];
    if (issue.code === 'invalid_union') {
      const meant = issue.errors.reduce((best, branch) => (reach(branch) > reach(best) ? branch : best));
      return flatten(meant, path, experiment);
    }
    const value = valueAt(experiment, path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({
        paths: [[...path, key]],
        message: unknownKey(path, key, valueAt(value, [key])),
        unknownKey: true,
      }));
    }
    const isNoList = issue.code === 'invalid_type' && issue.expected === 'array';
    const advice = isNoList ? writtenAsList(path, value) : '';
    return [{ paths: [path], message: issue.message + advice }];
  });
}

/** How far into the value a branch matched; 0 when the value was not even of its kind. */
function reach(issues: readonly Issue[]): number {
  const depths = issues.map(issue => {
    const wrongKind = issue.code === 'invalid_type' || issue.code === 'invalid_value';
    const within = issue.code === 'invalid_union' ? furthest(issue.errors.map(reach)) : wrongKind ? 0 : 1;
    return issue.path.length + within;
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
