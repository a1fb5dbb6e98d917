/** A user's terminal: a shell in tmux, if the machine has tmux. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { emptyFolder } from './cli.ts';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux) console.warn('skipped: tests of live progress in a terminal; install tmux');

const PATIENCE_MS = 50_000;

export interface Tmux {
  readonly cwd: string;
  /** Types text, and keys by name: Enter, C-c. */
  send(...keys: readonly string[]): void;
  /** The lines of the window, without blank ones. */
  lines(): string[];
  /** Waits for a window whose lines pass, and returns them. */
  until(what: string, passes: (lines: readonly string[]) => boolean): Promise<string[]>;
  resize(columns: number, rows: number): void;
  /** A format of tmux, such as cursor_flag. */
  state(format: string): string;
  /** PID of the program that the shell runs. */
  child(): number;
  close(): void;
}

export function openTmux(columns: number, rows: number): Tmux {
  const cwd = emptyFolder();
  const { CI: _, NO_COLOR: __, CIFAR_NORM_DATA: ___, TMUX: ____, ...env } = process.env;
  const tmux = (...words: readonly string[]): string => {
    const { stdout, stderr, status } = spawnSync(
      'tmux',
      ['-u', '-S', join(cwd, 'socket'), '-f', '/dev/null', ...words],
      { cwd, env: { ...env, PS1: '$ ', XDG_CACHE_HOME: cwd, TERM: 'xterm-256color' }, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`tmux ${words.join(' ')}: ${stderr}`);
    return stdout;
  };
  const lines = () =>
    tmux('capture-pane', '-p')
      .split('\n')
      .map(line => line.trimEnd())
      .filter(line => line !== '');
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), 'bash', '--norc', '--noprofile');
  return {
    cwd,
    lines,
    send: (...keys) => void tmux('send-keys', ...keys),
    async until(what, passes) {
      for (const start = Date.now(); Date.now() - start < PATIENCE_MS; await wait(50)) {
        const seen = lines();
        if (passes(seen)) return seen;
      }
      throw new Error(`waited in vain for: ${what}\n${lines().join('\n')}`);
    },
    resize: (x, y) => void tmux('resize-window', '-x', String(x), '-y', String(y)),
    state: format => tmux('display-message', '-p', `#{${format}}`).trim(),
    child() {
      const shell = Number(tmux('display-message', '-p', '#{pane_pid}'));
      return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0]);
    },
    close: () => void tmux('kill-server'),
  };
}
