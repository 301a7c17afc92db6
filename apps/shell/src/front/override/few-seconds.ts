/** A revoked override is gone everywhere after so long. */
const believedForMs = 3_000;
const remembered = 1_000;

/**
 * Keeps answers for a few seconds, and asks once for all who ask meanwhile. A failure is everybody's who waits, and is
 * not kept.
 */
export function createFewSeconds<T>(
  ask: (key: string) => Promise<T>,
  now: () => number = () => Date.now(),
): (key: string) => Promise<T> {
  const answers = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  return async (key) => {
    const known = answers.get(key);
    if (known !== undefined && known.until > now()) return known.answer;
    if (answers.size >= remembered) answers.clear();
    const answer = ask(key);
    const entry = { until: now() + believedForMs, answer };
    answers.set(key, entry);
    answer.catch(() => {
      if (answers.get(key) === entry) answers.delete(key);
    });
    return answer;
  };
}
