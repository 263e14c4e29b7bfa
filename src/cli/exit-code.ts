/** What the exit code of a command says. `doctor` reads the last two in its own way, see its help. */
export const EXIT_CODE = {
  fine: 0,
  failed: 1,
  wrongUsage: 2,
} as const;

export const EXIT_CODE_HELP = `
Exit codes: 0 fine, 1 something failed (stderr says what, and what to do), 2 wrong usage or configuration.`;
