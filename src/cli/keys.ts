/** The experiment's keys as help text, from the schema, the only place where they are described. */
import { z } from 'zod';
import { experimentSchema } from '../config/schema.ts';

interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
}

const WIDTH = 80;
const KEY = 15;

export function keyTable(): string {
  const { properties } = z.toJSONSchema(experimentSchema, { io: 'input', unrepresentable: 'any' });
  return Object.entries((properties ?? {}) as Record<string, JsonSchema>)
    .flatMap(([key, schema]) => wrapped(key, textOf(schema)))
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

function wrapped(key: string, text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && KEY + 2 + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((part, i) => `  ${(i === 0 ? key : '').padEnd(KEY)}${part}`);
}
