/** The log itself keeps events for eight days; what waits is computed from them as long. */
export const keepMinDays = 8;
export const keepMaxDays = 4_000;

/** How long, in days. */
export type Periods = { payloads: number; attempts: number };

/** `vendor-17=90/30,vendor-18=10/10`; undefined where it is none. */
export function periodsOf(text: string): Map<string, Periods> | undefined {
  const periods = new Map<string, Periods>();
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [, tenantId, payloads, attempts] = /^([^=,]+)=(\d{1,4})\/(\d{1,4})$/.exec(part) ?? [];
    if (tenantId === undefined || ![payloads, attempts].every((days) => isPeriod(Number(days))))
      return undefined;
    periods.set(tenantId.trim(), { payloads: Number(payloads), attempts: Number(attempts) });
  }
  return periods;
}

function isPeriod(days: number): boolean {
  return days >= keepMinDays && days <= keepMaxDays;
}

/** Who keeps something longer than others do, at that age, and who shorter. */
export function tenantsByPeriod(
  periods: ReadonlyMap<string, Periods>,
  kind: keyof Periods,
  usual: number,
): { longest: number; longer: (ageDays: number) => string[]; shorter: [string, number][] } {
  const all = [...periods].map(([tenantId, period]) => [tenantId, period[kind]] as [string, number]);
  return {
    longest: Math.max(usual, ...all.map(([, days]) => days)),
    longer: (ageDays) => all.flatMap(([tenantId, days]) => (days > ageDays ? tenantId : [])).sort(),
    shorter: all.filter(([, days]) => days < usual),
  };
}
