declare module 'asciichart' {
  export interface PlotConfig {
    readonly offset?: number;
    readonly height?: number;
    readonly min?: number;
    readonly max?: number;
    readonly format?: (value: number, index: number) => string;
    /** ┼ ┤ ╶ ╴ ─ ╰ ╭ ╮ ╯ │, in this order. */
    readonly symbols?: readonly string[];
  }
  /** Throws on an empty series and on values that are not finite. */
  export function plot(series: readonly number[], config?: PlotConfig): string;
}
