/** The experiment's keys as help text, from the schema, the only place where they are described. */
import { z } from 'zod';
import { experimentSchema } from '../config/schema.ts';
import { helpItem } from './help.ts';

interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
}

const KEY = 13;

/** Lines of at most `width` columns. */
export function keyTable(width: number): string {
  const { properties } = z.toJSONSchema(experimentSchema, { io: 'input', unrepresentable: 'any' });
  return Object.entries((properties ?? {}) as Record<string, JsonSchema>)
    .map(([key, schema]) => helpItem(key, Math.max(KEY, key.length), textOf(schema), width))
    .join('\n');
}

function textOf({ description = '', enum: values, default: usual }: JsonSchema): string {
  const choices =
    values && !values.every(value => description.includes(String(value))) ? `: ${values.join(', ')}` : '';
  const byDefault =
    usual === undefined || (typeof usual === 'object' && !Array.isArray(usual))
      ? ''
      : ` [${JSON.stringify(usual).replaceAll('"', '')}]`;
  return `${description}${choices}${byDefault}`;
}
