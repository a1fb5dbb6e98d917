#!/usr/bin/env node
import { closeSync, existsSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { refusalOf } from './machine.js';

// Before anything is loaded: SIGUSR1 must not open the port of a debugger.
process.on('SIGUSR1', () => {});
// Node forgets that its parent ignored SIGHUP, as nohup does. Without a terminal, none can be closed.
if (![0, 1, 2].some(fd => isatty(fd))) process.on('SIGHUP', () => {});

/** Files that Node has open at a time while it loads the program. With fewer, its errors name other causes. */
const FILES = 40;

/** @returns the code of the system's refusal if it grants fewer files; undefined if it does not */
function shortage() {
  const open = [];
  const path = fileURLToPath(import.meta.url);
  try {
    while (open.length < FILES) open.push(openSync(path));
  } catch (error) {
    return error.code;
  } finally {
    for (const file of open) closeSync(file);
  }
}

/** @returns why the program cannot start, and what to do; undefined if it can */
function obstacle() {
  const refusal = refusalOf();
  if (refusal) return refusal;
  const code = shortage();
  if (code)
    return { message: `too many open files (${code})`, hint: 'raise the limit on open files: ulimit -n 256' };
  const there = name => existsSync(new URL(name, import.meta.url));
  if (there('../dist/bundle/main.js')) return undefined;
  const folder = fileURLToPath(new URL('..', import.meta.url));
  if (there('../src/build.js'))
    return { message: `${folder}: cifar-norm is not built`, hint: 'run there: npm run build' };
  return { message: `${folder}: files of cifar-norm are missing`, hint: 'install cifar-norm again' };
}

// A function, because versions of Node that only read this file have no await outside of one.
async function run() {
  const found = obstacle();
  if (found) {
    process.stderr.write(`error: ${found.message}\n  hint: ${found.hint}\n`);
    process.exitCode = 1;
    return;
  }
  let isSettled = false;
  // If nothing is left that could end a wait, Node exits with code 13 and without a word.
  process.once('beforeExit', () => {
    if (isSettled) return;
    process.stderr.write(
      'error: the program cannot go on: it waits for something that will not come\n  hint: finished trials are kept: run the same command again\n',
    );
    process.exit(1);
  });
  const { main } = await import('../dist/bundle/main.js');
  process.exitCode = await main(process.argv.slice(2));
  isSettled = true;
}

run();
