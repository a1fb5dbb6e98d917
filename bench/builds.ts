/** Builds the program of a commit, or of the working tree, in a folder of its own. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Build {
  /** What it was built from, for tables. */
  readonly name: string;
  readonly folder: string;
  /** The file that Node runs. */
  readonly program: string;
}

/**
 * Both builds go the same way: from a tree of git to a folder. So edits made meanwhile change nothing.
 * @param reference a commit, branch or tag
 */
export async function buildBoth(
  reference: string,
  scratch: string,
  tell: (text: string) => void,
): Promise<readonly [before: Build, after: Build]> {
  const commit = (await git(['rev-parse', '--verify', '--short', `${reference}^{commit}`])).trim();
  const tree = await treeOfFiles(scratch);
  tell(`building ${reference}`);
  const before = await build(
    commit === reference ? commit : `${reference} (${commit})`,
    commit,
    join(scratch, 'before'),
  );
  tell('building the working tree');
  return [before, await build('working tree', tree, join(scratch, 'after'))];
}

/** A tree of all files that git does not ignore, as they are now. */
async function treeOfFiles(scratch: string): Promise<string> {
  const env = { ...process.env, GIT_INDEX_FILE: join(scratch, 'index') };
  await git(['add', '--all'], env);
  return (await git(['write-tree'], env)).trim();
}

async function build(name: string, tree: string, folder: string): Promise<Build> {
  mkdirSync(folder);
  const archive = `${folder}.tar`;
  await git(['archive', '--output', archive, tree]);
  await succeed('tar', ['-xf', archive, '-C', folder]);
  const lock = (of: string) => readFileSync(join(of, 'package-lock.json'), 'utf8');
  const installed = join(root, 'node_modules');
  if (existsSync(installed) && lock(folder) === lock(root))
    symlinkSync(installed, join(folder, 'node_modules'));
  else await succeed('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--prefix', folder]);
  await succeed('npm', ['run', 'build', '--prefix', folder]);
  return { name, folder, program: join(folder, 'bin/cifar-norm.js') };
}

const git = (words: readonly string[], env = process.env): Promise<string> =>
  succeed('git', ['-C', root, ...words], env);

/** @returns what it printed */
async function succeed(program: string, words: readonly string[], env = process.env): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, words, { env });
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
