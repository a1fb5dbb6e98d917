/** Shows a run's progress on stderr: a live picture, or plain lines. */
import type { Trial } from '../../plan/trial.ts';
import type { TrialRecord } from '../../records/record.ts';
import { oneLine } from '../../report/text.ts';
import type { Terminal } from '../terminal.ts';
import { countTexts, frame } from './frame.ts';
import { outcomeLine, outcomeText } from './outcome.ts';
import { screenOf } from './screen.ts';
import { type ProgressState, progressed } from './state.ts';

export interface Display {
  /** Called after every event. */
  show(state: ProgressState): void;
  /** Called after `show`. */
  finished(trial: Trial, record: TrialRecord): void;
  notice(text: string): void;
  /** To stdout. */
  print(text: string): void;
  stop(): void;
}

export interface DisplayOptions {
  /** Whether `print` shows what becomes of each trial. */
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

/** What happens is drawn with the next picture, at most ten times a second. */
function liveDisplay(terminal: Terminal, planned: ProgressState, { logs, now }: DisplayOptions): Display {
  const { progressColor: color, isShared } = terminal;
  const screen = screenOf({ columns: () => terminal.window().columns, write: terminal.draw });
  const lines: string[] = [];
  const printed: string[] = [];
  let state = planned;

  const draw = (picture: readonly string[]) => {
    if (printed.length > 0) {
      screen.clear();
      terminal.print(printed.splice(0).join('\n'));
    }
    screen.draw(picture, lines.splice(0));
  };
  const redraw = () => draw(frame(state, { ...terminal.window(), color }, now()));
  const onContinue = () => {
    state = progressed(state, { kind: 'continued' }, now());
    screen.leave();
    redraw();
  };
  const timer = setInterval(redraw, FRAME_MS).unref();
  process.on('SIGCONT', onContinue);
  return {
    show(next) {
      state = next;
    },
    finished(trial, record) {
      if (logs && isShared && record.status === 'completed') return;
      lines.push(outcomeLine(state.name(trial), record, color));
    },
    notice: text => void lines.push(oneLine(text)),
    print: text => {
      if (isShared) printed.push(text);
      else terminal.print(text);
    },
    stop() {
      clearInterval(timer);
      process.off('SIGCONT', onContinue);
      draw([]);
    },
  };
}

function plainDisplay(terminal: Terminal, planned: ProgressState, { now }: DisplayOptions): Display {
  let state = planned;
  const isPlain = terminal.progress === 'plain';
  const tell = (text: string) => {
    heartbeat?.refresh();
    terminal.tell(text);
  };
  const heartbeat = isPlain
    ? setInterval(() => terminal.tell(`training: ${countTexts(state, now())[0]}`), HEARTBEAT_MS).unref()
    : undefined;
  return {
    show(next) {
      state = next;
    },
    finished(trial, record) {
      const { done, total, name } = state;
      if (isPlain) tell(`[${done}/${total}] ${name(trial)}: ${outcomeText(record)}`);
    },
    notice: text => tell(oneLine(text)),
    print: terminal.print,
    stop: () => clearInterval(heartbeat),
  };
}
