/** Shows a run's progress on stderr: a live picture, or plain lines. */
import type { Trial } from '../../plan/trial.ts';
import type { TrialRecord } from '../../records/record.ts';
import { oneLine, safeText } from '../../report/text.ts';
import { asTyped } from '../as-typed.ts';
import type { Terminal } from '../terminal.ts';
import { countTexts, frame } from './frame.ts';
import { outcomeLine, outcomeText } from './outcome.ts';
import { screenOf } from './screen.ts';
import type { ProgressState } from './state.ts';

export interface Display {
  /** Called after every event. */
  show(state: ProgressState): void;
  /** Called after `show`. */
  finished(trial: Trial, record: TrialRecord): void;
  notice(text: string): void;
  /** Called when the program resumes after a suspension: the shell has written below the picture. */
  continued(): void;
  /** Writes to stdout. */
  print(text: string): void;
  stop(): void;
}

export interface DisplayOptions {
  /** Whether `print` shows the outcome of each trial. */
  readonly logs: boolean;
  /** Milliseconds. */
  readonly now: () => number;
}

const FRAME_MS = 100;
const HEARTBEAT_MS = 30_000;

export function displayOf(terminal: Terminal, planned: ProgressState, options: DisplayOptions): Display {
  const make = terminal.progress === 'live' ? liveDisplay : plainDisplay;
  return make(terminal, planned, options);
}

/** Draws events with the next picture, at most ten times a second. */
function liveDisplay(terminal: Terminal, planned: ProgressState, { logs, now }: DisplayOptions): Display {
  const { progressColor: color, isShared } = terminal;
  const screen = screenOf({ columns: () => terminal.window().columns, write: terminal.draw });
  const lines: string[] = [];
  const printed: string[] = [];
  let state = planned;

  const safe = (line: string) => safeText(line, color);
  const draw = (picture: readonly string[]) => {
    if (printed.length > 0) {
      screen.clear();
      terminal.print(printed.splice(0).join('\n'));
    }
    screen.draw(picture.map(safe), lines.splice(0).map(safe));
  };
  const redraw = () => draw(frame(state, { ...terminal.window(), color }, now()));
  let next: NodeJS.Immediate | undefined;
  // After a suspension, timers run before the handler of SIGCONT, and immediates after it.
  const tick = () => {
    next = setImmediate(redraw);
  };
  const timer = setInterval(tick, FRAME_MS).unref();
  return {
    show(latest) {
      state = latest;
    },
    finished(trial, record) {
      if (logs && isShared && record.status === 'completed') return;
      lines.push(outcomeLine(state.name(trial), record, color));
    },
    notice: text => void lines.push(asTyped(oneLine(text))),
    continued: screen.leave,
    print: text => {
      if (isShared) printed.push(text);
      else terminal.print(text);
    },
    stop() {
      clearInterval(timer);
      clearImmediate(next);
      draw([]);
    },
  };
}

function plainDisplay(terminal: Terminal, planned: ProgressState, { now }: DisplayOptions): Display {
  let state = planned;
  const beat = () => terminal.step(`training: ${countTexts(state, now())[0]}`);
  const heartbeat = setInterval(beat, HEARTBEAT_MS).unref();
  return {
    show(latest) {
      state = latest;
    },
    finished(trial, record) {
      const { done, total, name } = state;
      heartbeat.refresh();
      terminal.step(`[${done}/${total}] ${name(trial)}: ${outcomeText(record)}`);
    },
    notice: text => {
      heartbeat.refresh();
      terminal.tell(oneLine(text));
    },
    continued() {},
    print: terminal.print,
    stop: () => clearInterval(heartbeat),
  };
}
