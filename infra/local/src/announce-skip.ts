/** Says on standard error, so that nobody overlooks it, that tests cannot run here, and what would let them. */
export function announceSkip(which: string, advice: string, reason: string): void {
  const line = "!".repeat(78);
  process.stderr.write(`\n${line}\nTESTS ${which} ARE SKIPPED.\n${advice}\n${reason}\n${line}\n\n`);
}
