/**
 * Every failure a user can cause or meet. `message` says what is wrong and where, `hint` what to do next.
 *
 * - `usage`, `config`, `data`: what was asked cannot be done; nothing has been run or written (exit code 2).
 * - `run`: something failed while running, and what had finished is kept (exit code 1).
 */
export class CifarNormError extends Error {
  readonly code: 'usage' | 'config' | 'data' | 'run';
  readonly hint: string | undefined;

  constructor(code: CifarNormError['code'], message: string, hint?: string) {
    super(message);
    this.name = 'CifarNormError';
    this.code = code;
    this.hint = hint;
  }
}
