/** What the process ends with: all went well, the run failed, or the command line was wrong. */
export const EXIT_CODE = { ok: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE];
