/**
 * Time without that for which the program was stopped: by Ctrl-Z, `scontrol suspend`, a closed lid or a frozen container. No signal
 * tells of all of them, but afterwards all look the same: a timer is late, and the processor has done nothing meanwhile.
 */

const TICK_MS = 250;
/** A shorter pause may be the work of a busy machine. */
const LEAST_PAUSE_MS = 2000;

export class AwakeClock {
  readonly #timer: NodeJS.Timeout;
  #at = performance.now();
  #worked = workedMs();
  #stopped = 0;

  constructor() {
    this.#timer = setInterval(() => this.stoppedMs(), TICK_MS).unref();
  }

  /** Milliseconds, since the clock was made, for which the program was stopped. */
  stoppedMs(): number {
    const [at, worked] = [performance.now(), workedMs()];
    const [pause, work] = [at - this.#at, worked - this.#worked];
    if (pause > LEAST_PAUSE_MS && work < pause / 2) this.#stopped += pause - Math.max(work, TICK_MS);
    [this.#at, this.#worked] = [at, worked];
    return this.#stopped;
  }

  /** Milliseconds that do not pass while the program is stopped. */
  now(): number {
    const stopped = this.stoppedMs();
    return this.#at - stopped;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function workedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
