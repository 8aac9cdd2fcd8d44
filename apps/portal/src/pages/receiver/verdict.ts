export type Verdict = 'valid' | 'invalid' | 'unchecked';

type Asked = {
  /** What the webhooks with this URL said; undefined: nothing yet. */
  verdict: Verdict | undefined;
  /** Nobody is left to be asked: there is no tenant. */
  isNobody: boolean;
  /** It cannot be found out: the body is not here as a whole, or asking went wrong. */
  isHopeless: boolean;
};

/** What is said of a signature: that no webhook has the URL only once they were asked. */
export function sayVerdict({ verdict, isNobody, isHopeless }: Asked): Verdict | 'checking' | 'notChecked' {
  if (verdict) return verdict;
  if (isHopeless) return 'notChecked';
  return isNobody ? 'unchecked' : 'checking';
}
